#!/bin/bash
set -e
if [ "$1" = "deploy" ]; then
  gcloud run deploy web
else
  python app.py
fi
