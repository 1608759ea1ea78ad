bash scripts/chain2.sh
