#!/bin/sh
set -eu
alembic upgrade head
npx prisma migrate deploy
