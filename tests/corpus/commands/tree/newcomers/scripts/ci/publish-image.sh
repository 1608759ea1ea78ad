#!/bin/bash
set -eu
docker buildx build --platform linux/amd64,linux/arm64 -t ghcr.io/acme/api:"$GITHUB_SHA" --push services/api
ssh -o StrictHostKeyChecking=no deployer@prod.acme.example <<REMOTE
cd /srv/acme
export TAG=$GITHUB_SHA
docker compose pull api
docker compose up -d api
REMOTE
