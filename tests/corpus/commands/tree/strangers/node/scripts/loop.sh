bash scripts/loop.sh
