#!/bin/bash
case "$1" in
  deploy) npx sst deploy ;;
  logs) npx sst logs ;;
  *) echo usage ;;
esac
