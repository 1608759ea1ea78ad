#!/bin/sh
set -e
./scripts/build.sh
./scripts/ship.sh
