# gate.bash -- what the suites of hooks and subcommands share. Sourced by *.bats.
bin=${HOOKCHECK_BIN_DIR:?}
root=${HOOKCHECK_ROOT:?}
build=${HOOKCHECK_BUILD_DIR:?}

gate_setup() {
  work=$(mktemp -d "${BATS_TEST_TMPDIR:-$BATS_TMPDIR}/gate.XXXXXX")
  export HOOKCHECK_STATE_DIR=$work/state HOME=$work/home
  unset HOOKCHECK_CONFIG HOOKCHECK_DATABASE_URL PRODUCTION_DATABASE_URL
  mkdir -p "$HOME"
  repo=$work/repo
}

# The repository of RIS-051: an Alembic history with the email_issue_* revision on top.
make_repository() {
  mkdir -p "$repo/apps/backend-api/alembic/versions"
  git -C "$repo" init -q
  printf '[alembic]\nscript_location = alembic\n' >"$repo/apps/backend-api/alembic.ini"
  echo 'context.configure()' >"$repo/apps/backend-api/alembic/env.py"
  revision 394c8c3cbf42 "" "create users"
  revision 20251230_1700 394c8c3cbf42 "add email issue flags"
  git -C "$repo" add -A
  git -C "$repo" commit -qm "users: note email problems"
}

revision() { # ID DOWN TITLE
  local down=None
  [ -z "$2" ] || down="\"$2\""
  printf '"""%s"""\nrevision = "%s"\ndown_revision = %s\n\n\ndef upgrade():\n    pass\n' "$3" "$1" "$down" \
    >"$repo/apps/backend-api/alembic/versions/$1_${3// /_}.py"
}

# A configuration that counts as the person's own: no trust is needed.
configure() { # JSON
  printf '%s\n' "$1" >"$work/config.json"
  export HOOKCHECK_CONFIG=$work/config.json
}

use_sqlite() { # VERSION
  rm -f "$work/production.db"
  sqlite3 "$work/production.db" "create table alembic_version(version_num varchar(32) primary key); insert into alembic_version values('$1')"
  configure '{"environments":{"production":{"database":"sqlite:'"$work"'/production.db"}}}'
}

call_json() { # COMMAND [CWD]
  jq -cn --arg command "$1" --arg cwd "${2:-$repo}" \
    '{session_id:"s1",hook_event_name:"PreToolUse",tool_name:"Bash",tool_input:{command:$command},cwd:$cwd}'
}

# hook COMMAND [OPTION...]: sets $status, $out, $err.
hook() {
  local command=$1
  shift
  status=0
  call_json "$command" | "${hook_program:-$bin/hookcheck-pre-tool-use}" "$@" >"$work/out" 2>"$work/err" || status=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
}

# hook_bytes FILE: raw bytes on standard input.
hook_bytes() {
  status=0
  "${hook_program:-$bin/hookcheck-pre-tool-use}" <"$1" >"$work/out" 2>"$work/err" || status=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
}

program() { # ARGUMENT...: hookcheck; sets $status, $out, $err
  status=0
  "$bin/hookcheck" "$@" >"$work/out" 2>"$work/err" || status=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
}

assert_status() {
  [ "$status" = "$1" ] || { printf 'status %s, expected %s\nstdout: %s\nstderr: %s\n' "$status" "$1" "$out" "$err"; return 1; }
}
# Messages are wrapped at blanks, where depends on the length of a temporary directory's name: blanks are compared as one.
one_line() { printf '%s' "$1" | tr -s ' \n' ' '; }
assert_err() {
  case $(one_line "$err") in *"$(one_line "$1")"*) ;; *) printf 'expected on stderr: %s\nfound: %s\n' "$1" "$err"; return 1 ;; esac
}
refute_err() {
  case $(one_line "$err") in *"$(one_line "$1")"*) printf 'not expected on stderr: %s\nfound: %s\n' "$1" "$err"; return 1 ;; esac
}
assert_out() {
  case $(one_line "$out") in *"$(one_line "$1")"*) ;; *) printf 'expected on stdout: %s\nfound: %s\n' "$1" "$out"; return 1 ;; esac
}
assert_silent() {
  [ -z "$out$err" ] || { printf 'expected silence\nstdout: %s\nstderr: %s\n' "$out" "$err"; return 1; }
}
# Blocked, for this reason, with nothing on standard output.
assert_blocked() { # CODE
  assert_status 2 && assert_err "$1 (" && { [ -z "$out" ] || { echo "stdout: $out"; return 1; }; }
}
# Every line of standard output is an answer of the schema.
assert_schema() { # NAME
  printf '%s\n' "$out" | /usr/bin/python3 -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
count = 0
for line in sys.stdin:
    jsonschema.Draft202012Validator(schema).validate(json.loads(line))
    count += 1
assert count > 0' "$root/install/schema/$1.schema.json"
}
