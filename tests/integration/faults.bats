# What goes wrong must never let a deploy through, and must not stop a command without a deploy word (DESIGN §6.1).
load gate.bash

setup() {
  gate_setup
  make_repository
  use_sqlite 20251230_1700 # nothing is pending: only the fault can block
}

# The hook whose child program is a file of ours.
use_child() { # SHELL TEXT
  hook_program=$build/hookcheck-pre-tool-use-faults
  mkdir -p "$build/faults"
  rm -f "$build/faults/hookcheck"
  [ $# -eq 0 ] || {
    printf '#!/bin/sh\n%s\n' "$1" >"$build/faults/hookcheck"
    chmod +x "$build/faults/hookcheck"
  }
}

assert_fault() { # TEXT: the deploy is blocked with this sentence, a harmless command is not
  hook "npx sst deploy --stage production"
  assert_status 2
  assert_err "$1"
  [ -z "$out" ] || { echo "stdout: $out"; return 1; }
  hook "ls -l"
  assert_status 0
  assert_silent
}

@test "the child program is missing" {
  use_child
  assert_fault "cannot start $build/faults/hookcheck"
  assert_fault "./install/quickstart or cmake --install"
}

@test "the child program is no program" {
  use_child 'true'
  chmod -x "$build/faults/hookcheck"
  assert_fault "cannot start $build/faults/hookcheck"
}

@test "the child crashes" {
  use_child 'kill -SEGV $$'
  assert_fault "was killed by SIGSEGV"
  use_child 'kill -KILL $$'
  assert_fault "was killed by SIGKILL"
}

@test "the child hangs: the deadline ends it and all it started" {
  configure '{"environments":{"production":{"database":"sqlite:'"$work"'/production.db"}},"deadline":"700ms"}'
  use_child 'sleep 987 & setsid sleep 986 & echo $! >'"$work"'/escaped; wait'
  assert_fault "deadline (block)"
  assert_fault "did not finish in"
  ! pgrep -f 'sleep 98[67]$'
}

@test "the child lies" {
  use_child 'exit 0'
  assert_fault "ended without the right answer"
  use_child 'echo allow; echo allow >&3; exit 0'
  assert_fault "ended without the right answer"
  # The right digest with another status, and with nothing.
  use_child 'sha256sum <&4 | cut -c1-64 >&3; exit 1'
  assert_fault "ended with status 1"
  use_child 'sha256sum <&4 | cut -c1-64 >&3; exit 2'
  assert_fault "ended with status 2"
  use_child 'sha256sum <&4 | cut -c1-64 >&3; kill -KILL $$'
  assert_fault "was killed by SIGKILL"
  # An answer to another question.
  use_child 'echo 0000000000000000000000000000000000000000000000000000000000000000 >&3'
  assert_fault "ended without the right answer"
}

@test "only the right digest with status 0 allows" {
  use_child 'sha256sum <&4 | cut -c1-64 >&3; exit 0'
  hook "npx sst deploy --stage production"
  assert_status 0
  assert_silent
}

@test "what the child says is passed on" {
  use_child 'echo "the reason" >&2; exit 2'
  assert_fault "the reason"
}

@test "the child does not get LD_* and GIT_*" {
  use_child 'env >'"$work"'/child-env; exit 2'
  LD_LIBRARY_PATH=/nowhere GIT_DIR=/nowhere hook "npx sst deploy"
  assert_status 2
  ! grep -E '^(LD_|GIT_)' "$work/child-env"
}

@test "the database is down, refuses, and never answers" {
  export PRODUCTION_DATABASE_URL=postgresql://app:hunter2@127.0.0.1:1/credmate
  configure '{"environments":{"production":{"database":"env:PRODUCTION_DATABASE_URL"}},"deadline":"3s"}'
  hook "npx sst deploy"
  assert_blocked database-unreachable
  assert_err "postgresql://app@127.0.0.1:1/credmate"
  refute_err hunter2
  # Accepts and never answers.
  /usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True)
held = []
while True: held.append(s.accept())' >"$work/port" 3>&- &
  local listener=$!
  until [ -s "$work/port" ]; do :; done
  export PRODUCTION_DATABASE_URL=postgresql://app:hunter2@127.0.0.1:$(cat "$work/port")/credmate
  hook "npx sst deploy"
  kill $listener
  assert_blocked database-unreachable
  refute_err hunter2
}

@test "wrong password; no privilege on the table" {
  local url name=gate_$$_$RANDOM
  url=$(printf '%s' "$HOOKCHECK_TEST_POSTGRES" | sed -E 's#^(postgresql|postgres)://[^@]*@#postgresql://postgres:wrong@#')
  export PRODUCTION_DATABASE_URL=$url
  configure '{"environments":{"production":{"database":"env:PRODUCTION_DATABASE_URL"}}}'
  hook "npx sst deploy"
  assert_blocked database-unreachable
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "create role $name login password 'pw'" -c "create schema $name" \
    -c "create table $name.alembic_version(version_num varchar(32) primary key)" \
    -c "insert into $name.alembic_version values('20251230_1700')" -c "grant usage on schema $name to $name"
  export PRODUCTION_DATABASE_URL=$(printf '%s' "$HOOKCHECK_TEST_POSTGRES" | sed -E "s#^(postgresql|postgres)://[^@]*@#postgresql://$name:pw@#")
  configure '{"migrations":{"backend":{"tracker":"alembic","root":"apps/backend-api","schema":"'"$name"'"}},"environments":{"production":{"database":"env:PRODUCTION_DATABASE_URL"}}}'
  hook "npx sst deploy"
  assert_blocked database-unreachable
  assert_err "$name.alembic_version"
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "revoke usage on schema $name from $name"
  hook "npx sst deploy"
  assert_blocked database-unreachable
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "grant usage on schema $name to $name" -c "grant select on $name.alembic_version to $name"
  hook "npx sst deploy"
  assert_status 0
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "drop schema $name cascade" -c "drop role $name"
}

@test "a broken configuration blocks deploys and its own words, and nothing else" {
  unset HOOKCHECK_CONFIG
  printf '{"environments": {"production": {"database": "env:X"}},\n "deploys": [{"id":"x","command":"^ourtool ship"}],,}\n' >"$repo/.hookcheck.json"
  hook "npx sst deploy"
  assert_blocked config-error
  assert_err ".hookcheck.json:2:"
  hook "ourtool ship now"
  assert_status 2
  hook "ls"
  assert_status 0
  assert_silent
}

@test "an untrusted configuration is not run, and blocks deploys" {
  unset HOOKCHECK_CONFIG
  printf '#!/bin/sh\ntouch %s/ran\necho "{\\"pending\\":false,\\"database_version\\":\\"20251230_1700\\"}"\n' "$work" >"$work/invoke"
  chmod +x "$work/invoke"
  echo '{"environments":{"production":{"database":{"command":["'"$work"'/invoke"]}}},"not_deploys":[{"command":"sst"}],"policy":{"untrusted-config":"allow"}}' >"$repo/.hookcheck.json"
  hook "npx sst deploy"
  assert_blocked untrusted-config
  assert_err "hookcheck trust"
  [ ! -e "$work/ran" ]
}

@test "an unreadable repository blocks" {
  printf 'garbage' >"$repo/.git/HEAD"
  hook "npx sst deploy"
  assert_blocked indeterminate-history
  assert_err "HEAD"
}

@test "migrations that cannot be read block" {
  rm "$repo/apps/backend-api/alembic/versions/394c8c3cbf42_create_users.py"
  ln -s /dev/zero "$repo/apps/backend-api/alembic/versions/394c8c3cbf42_create_users.py"
  hook "npx sst deploy"
  assert_status 2
}

@test "the audit trail cannot be written: blocked, and nothing that was not recorded passes" {
  mkdir -p "$HOOKCHECK_STATE_DIR/audit"
  ln -s /dev/full "$HOOKCHECK_STATE_DIR/audit/audit.jsonl"
  hook "npx sst deploy"
  assert_blocked audit-unwritable
  rm "$HOOKCHECK_STATE_DIR/audit/audit.jsonl"
  ln -s /dev/full "$HOOKCHECK_STATE_DIR/audit/head"
  hook "npx sst deploy"
  assert_blocked audit-unwritable
  rm "$HOOKCHECK_STATE_DIR/audit/head"
  # A full disk: the trail may not grow past 8 KiB.
  until [ "$(stat -c %s "$HOOKCHECK_STATE_DIR/audit/audit.jsonl" 2>/dev/null || echo 0)" -gt 8192 ]; do
    hook "npx sst deploy"
    assert_status 0
  done
  call_json "npx sst deploy" >"$work/call"
  { (ulimit -f 8; "$bin/hookcheck-pre-tool-use" <"$work/call" || echo "status $?") 2>&1; } | cat >"$work/pipe"
  cat "$work/pipe"
  grep -q "audit-unwritable (block)" "$work/pipe"
  grep -qx "status 2" "$work/pipe"
  # And where nothing at all may be written.
  { (ulimit -f 0; "$bin/hookcheck-pre-tool-use" <"$work/call" || echo "status $?") 2>&1; } | cat >"$work/pipe"
  grep -qx "status 2" "$work/pipe"
  program log --verify
  assert_status 0
  assert_out "intact"
}

@test "standard input is closed, empty, or a directory" {
  local command
  for command in '<&-' '</dev/null' '</'; do
    status=0
    eval '"$bin/hookcheck-pre-tool-use" '"$command" >"$work/out" 2>"$work/err" || status=$?
    out=$(cat "$work/out") err=$(cat "$work/err")
    assert_status 0
    assert_err "not checked, let through (no deploy word in the request)"
  done
}

@test "truncated, duplicate keys, NUL, invalid UTF-8, deep nesting: judged by their words" {
  local name word
  for word in "npx sst deploy" "ls -l"; do
    call_json "$word" | head -c -20 >"$work/truncated"
    printf '{"tool_name":"Bash","tool_input":{"command":"ls","command":"%s"},"cwd":"/"}' "$word" >"$work/duplicate"
    printf '{"tool_name":"Bash","tool_input":{"command":"%s\0"},"cwd":"/"}' "$word" >"$work/nul"
    printf '{"tool_name":"Bash","tool_input":{"command":"%s \\u0000"},"cwd":"/"}' "$word" >"$work/escape"
    printf '{"tool_name":"Bash","tool_input":{"command":"%s \377"},"cwd":"/"}' "$word" >"$work/utf8"
    { printf '%0100000d' 0 | tr 0 '['; printf '"%s"' "$word"; } >"$work/deep"
    for name in truncated duplicate nul utf8 deep; do
      hook_bytes "$work/$name"
      if [ "$word" = "ls -l" ]; then
        assert_status 0
        assert_err "not checked, let through"
      else
        assert_status 2
        assert_err "blocked: "
      fi
      [ -z "$out" ]
    done
    # An escape may spell anything.
    hook_bytes "$work/escape"
    assert_status 2
  done
}

@test "16 MB: judged by their words, wherever they stand" {
  { printf '{"tool_name":"Bash","tool_input":{"command":"echo '; head -c 16000000 /dev/zero | tr '\0' 'a'; printf ' "},"cwd":"/"}'; } >"$work/large"
  hook_bytes "$work/large"
  assert_status 0
  assert_err "larger than 4 MiB"
  sed 's/ "},"cwd"/; npx sst deploy"},"cwd"/' "$work/large" >"$work/large-deploy"
  hook_bytes "$work/large-deploy"
  assert_status 2
  assert_err "larger than 4 MiB"
  { printf '{"tool_name":"Bash","tool_input":{"command":"echo '; head -c 16000000 /dev/zero | tr '\0' '-'; printf ' "},"cwd":"/"}'; } >"$work/dashes"
  hook_bytes "$work/dashes"
  assert_status 0
}

@test "out of memory at each allocation: a deploy is never allowed, a harmless command never blocked" {
  local n last="" expected hook=$build/hookcheck-pre-tool-use-dynamic
  use_sqlite 394c8c3cbf42
  call_json "npx sst deploy --stage production" >"$work/deploy"
  call_json "ls -l" >"$work/harmless"
  expected=$("$hook" <"$work/deploy" 2>&1) || true
  for n in $(seq 1 2000); do
    status=0
    FAIL_AT=$n LD_PRELOAD=$build/failing-malloc.so "$hook" <"$work/deploy" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = 2 ] || { echo "allocation $n of a deploy: status $status: $(cat "$work/err")"; return 1; }
    [ ! -s "$work/out" ]
    # Past the last allocation it says what it always says.
    [ "$(cat "$work/err")" != "$expected" ] || { last=$n; break; }
  done
  [ -n "$last" ] && [ "$last" -gt 5 ]
  for n in $(seq 1 "$((last + 20))"); do
    status=0
    FAIL_AT=$n LD_PRELOAD=$build/failing-malloc.so "$hook" <"$work/harmless" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = 0 ] || { echo "allocation $n of a harmless command: status $status: $(cat "$work/err")"; return 1; }
  done
}

@test "the hook is killed: the signals that can be caught block a deploy" {
  use_child 'kill -TERM "$PPID"; exec sleep 985'
  hook "npx sst deploy"
  assert_status 2
  assert_err "stopped by SIGTERM"
}

@test "unknown options and operands are exit 2, never 1" {
  status=0
  "$bin/hookcheck-pre-tool-use" --nonsense >"$work/out" 2>"$work/err" </dev/null || status=$?
  out= err=$(cat "$work/err")
  assert_status 2
  assert_err "this option is not known: --nonsense"
  status=0
  "$bin/hookcheck-pre-tool-use" operand >"$work/out" 2>"$work/err" </dev/null || status=$?
  assert_status 2
}

@test "the hook needs no shared library: none can be missing, or be put in its place" {
  run bash -c "readelf -d '$bin/hookcheck-pre-tool-use' | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; readelf -l '$bin/hookcheck-pre-tool-use' | grep INTERP"
  [ -z "$output" ] || { echo "$output"; return 1; }
  printf 'void __attribute__((constructor)) leave(void) { extern void _exit(int); _exit(0); }\n' >"$work/leave.c"
  gcc -shared -fPIC -o "$work/leave.so" "$work/leave.c"
  export LD_PRELOAD=$work/leave.so
  run bash -c ': </dev/null; exit 7' # this one does leave
  [ "$status" = 0 ]
  unset LD_PRELOAD
  use_sqlite 394c8c3cbf42
  call_json "npx sst deploy --stage production" >"$work/deploy"
  status=0
  LD_PRELOAD=$work/leave.so LD_LIBRARY_PATH=$work "$bin/hookcheck-pre-tool-use" <"$work/deploy" >"$work/out" 2>"$work/err" || status=$?
  [ "$status" = 2 ]
  grep -q "pending-migrations" "$work/err"
}

@test "--recognise prints the question and asks nobody" {
  use_child 'touch '"$work"'/asked; exit 2'
  hook "npx sst deploy --stage production" --recognise
  assert_status 0
  printf '%s' "$out" | jq -e '.deploys[0].rule == "sst-deploy" and .command == "npx sst deploy --stage production"'
  [ ! -e "$work/asked" ]
}
