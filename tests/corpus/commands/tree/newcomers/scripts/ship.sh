#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
STAGE="${1:-staging}"
npm ci
npm run build
npx sst deploy --stage "$STAGE"
