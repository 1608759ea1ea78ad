pytest "$@"
