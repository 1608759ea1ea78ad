#!/bin/bash
npm ci && npm test
