#!/bin/sh
sh scripts/loop-a.sh
