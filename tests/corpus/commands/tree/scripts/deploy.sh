#!/usr/bin/env bash
set -euo pipefail
stage=${1:?stage}
case $stage in
  staging|production) ;;
  *) echo "unknown stage" >&2; exit 1 ;;
esac
npx sst deploy --stage "$stage"
