#!/bin/sh
# Builds; deploying is `npx sst deploy`, which this does not run.
set -eu
npm ci
npm run build
echo "now run: npx sst deploy --stage production"
