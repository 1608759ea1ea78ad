#!/bin/bash
set -e
test -f sst.config.ts
echo deployable
