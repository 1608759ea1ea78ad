#!/bin/bash
npm run build
exec npx sst deploy --stage "${1:-dev}"
