#!/usr/bin/env bash
set -e
docker compose up -d db redis
npm ci
npx prisma migrate dev
echo "run 'make ship' to deploy"
