#!/bin/sh
sh scripts/loop-b.sh
