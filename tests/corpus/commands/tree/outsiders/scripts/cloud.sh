#!/usr/bin/env bash
set -euo pipefail
source "$(dirname "$0")/../lib/common.sh"
case "${1:-}" in
  up) roll_out "$2" ;;
  diff) terraform plan ;;
  *) echo "usage: cloud.sh up|diff" ;;
esac
