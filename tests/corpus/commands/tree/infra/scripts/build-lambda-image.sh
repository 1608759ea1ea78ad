#!/usr/bin/env bash
# Builds the image that the function's stack takes by itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
docker build -t "$IMAGE" .
docker push "$IMAGE"
