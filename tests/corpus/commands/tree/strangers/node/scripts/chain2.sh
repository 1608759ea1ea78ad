bash scripts/chain3.sh "$@"
