#!/bin/bash
source scripts/deploy-lib.sh
echo loaded
