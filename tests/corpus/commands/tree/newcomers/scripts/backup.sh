#!/bin/sh
set -e
pg_dump -Fc "$DATABASE_URL" -f "backup-$(date +%F).dump"
aws s3 cp "backup-$(date +%F).dump" s3://acme-backups/
