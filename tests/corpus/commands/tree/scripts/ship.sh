#!/usr/bin/env bash
# Puts the current build on the function.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh
log "shipping"
publish_function "${FUNCTION:-api}" dist/api.zip
