# tap.bash -- TAP for plain bash suites: `check "name" command…`, then `done_testing`.
tap_number=0
tap_failed=0

# ok STATUS NAME: one line of TAP.
ok() {
  tap_number=$((tap_number + 1))
  if [ "$1" = 0 ]; then
    echo "ok $tap_number - $2"
  else
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_number - $2"
  fi
}

# check NAME COMMAND...: passes when the command ends with 0 and prints nothing; what it prints becomes the diagnosis.
check() {
  local name=$1 output status
  shift
  output=$("$@" 2>&1)
  status=$?
  [ -z "$output" ] || status=1
  ok "$status" "$name"
  [ "$status" = 0 ] || printf '%s\n' "$output" | head -n 40 | sed 's/^/  # /'
}

done_testing() {
  echo "1..$tap_number"
  [ "$tap_failed" = 0 ] && [ "$tap_number" -gt 0 ]
}
