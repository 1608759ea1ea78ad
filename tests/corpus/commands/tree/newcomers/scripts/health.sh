#!/usr/bin/env bash
# waits until the deploy is healthy; does not deploy anything itself
for i in $(seq 1 30); do
  curl -fsS https://api.acme.example/health && exit 0
  sleep 2
done
echo "deploy is not healthy" >&2
exit 1
