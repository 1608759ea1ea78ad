# hookcheck's subcommands: answers, their schemas, exit statuses.
load gate.bash

setup() {
  gate_setup
  make_repository
  cd "$repo"
}

assert_narrow() { # a terminal's 80 columns
  if LC_ALL=C.UTF-8 grep -E '^.{81}' <<<"$out"; then false; fi
}

@test "--version, --help, unknown subcommands and options" {
  program --version
  assert_status 0
  [[ $out =~ ^hookcheck\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  program --help
  assert_status 0
  local name
  for name in init command status packs log trust override install uninstall doctor demo; do
    assert_out "  $name"
  done
  case $out in *decide*) false ;; esac
  assert_narrow
  for name in init command push status packs log trust override models install uninstall doctor demo; do
    program "$name" --help
    assert_status 0
    assert_out "usage: hookcheck $name"
    assert_narrow
    for option in --json --color=WHEN --config=FILE --directory=DIR --help; do assert_out "$option"; done
    program "$name" --nonsense
    assert_status 1
    assert_err "--nonsense"
  done
  program nonsense
  assert_status 1
  program stauts
  assert_status 1
  assert_err "there is no subcommand stauts; did you mean status?"
  program -C / status
  assert_status 1
  assert_err "options stand behind the subcommand: hookcheck status -C"
  program status --environment staging
  assert_status 1
  assert_err "no environment is named staging: none is configured (hookcheck init)"
  program
  assert_status 1
  program status --color=sometimes
  assert_status 1
  program status -C /nonexistent
  assert_status 1
}

# Where no path makes a line longer.
fits() {
  ! sed "s|$repo||" "$work/err" | grep -E '^.{81}' || { echo "longer than 80"; false; }
}

@test "what is refused is said in 80 columns" {
  echo '{"environments":{"production":{"database":"sqlite:production.db"}}}' >"$repo/.hookcheck.json"
  program status --environment stagin
  assert_err "no environment is named stagin (configured: production)"
  fits
  program init
  assert_err "is there already"
  fits
  program trust </dev/null
  assert_err "standard input is not a terminal"
  fits
  program override --environment production --for 15m --reason x </dev/null
  assert_err "standard input is not a terminal"
  fits
  program push nowhere
  assert_err "no remote is named nowhere"
  fits
}

@test "the man page names every subcommand and option" {
  local name option
  for name in init command push status packs log trust override models install uninstall doctor demo; do
    grep -qE "^\*$name|, \*$name" "$root/install/man/hookcheck.1.scd" || { echo "without $name"; false; }
    "$bin/hookcheck" "$name" --help | grep -oE '^  --[a-z-]+' >"$work/options"
    while read -r option; do
      grep -qF -- "*$option*" "$root/install/man/hookcheck.1.scd" || { echo "without $name $option"; false; }
    done <"$work/options"
  done
}

@test "status: pending, current, offline, at a commit; JSON by its schema" {
  use_sqlite 394c8c3cbf42
  program status --json
  assert_status 2
  assert_schema status
  printf '%s' "$out" | jq -e '.environment == "production" and .pending == true and .database_version == "394c8c3cbf42"
    and .code_version == "20251230_1700" and .verdict == "block" and .reasons[0].code == "pending-migrations"
    and .sets[0].state == "pending" and .sets[0].count == 2 and .sets[0].applied == 1
    and .sets[0].pending[0].id == "20251230_1700" and .sets[0].heads == ["20251230_1700"]'
  program status --json --offline
  assert_status 0
  assert_schema status
  printf '%s' "$out" | jq -e '.sets[0].state == "offline" and .code_version == "20251230_1700" and .database_version == ""'
  sqlite3 "$work/production.db" "update alembic_version set version_num='20251230_1700'"
  program status --json
  assert_status 0
  assert_schema status
  printf '%s' "$out" | jq -e '.pending == false and .verdict == "allow" and .reasons == [] and .sets[0].state == "current"'
  revision 20251231_0900 20251230_1700 "later"
  program status
  assert_status 2
  assert_out "verdict: block"
  assert_out "uncommitted-migrations (warn)"
  program status --at HEAD --json
  assert_status 0
  printf '%s' "$out" | jq -e '.code_version == "20251230_1700"'
  program status --at nowhere
  assert_status 2
  assert_out "indeterminate-history (block)"
}

@test "status: a file with several migrations is named once" {
  mkdir "$work/changes"
  cd "$work/changes"
  git init -q
  printf 'changeLogFile: changes.sql\n' >liquibase.properties
  printf -- '--liquibase formatted sql\n--changeset ann:1\nselect 1;\n--changeset ann:2\nselect 2;\n' >changes.sql
  program status
  assert_status 2
  assert_out "migrations        2"
  assert_out "next step: git add :/changes.sql && git commit"
}

@test "status: a bare repository has the migrations of its commits" {
  use_sqlite 394c8c3cbf42
  git clone -q --bare "$repo" "$work/bare.git"
  run_in() { (cd "$work/bare.git" && HOOKCHECK_CONFIG=$work/bare.json "$HOOKCHECK_BIN_DIR/hookcheck" "$@"); }
  printf '{"environments":{"production":{"database":"sqlite:%s"}}}' "$work/production.db" >"$work/bare.json"
  run run_in status --json --at HEAD
  [ "$status" = 2 ]
  printf '%s' "$output" | jq -e '.reasons[0].code == "pending-migrations" and .sets[0].pending[0].id == "20251230_1700" and .database_version == "394c8c3cbf42"'
  run run_in status --json
  [ "$status" = 2 ]
  printf '%s' "$output" | jq -e '.sets[0].pending[0].id == "20251230_1700"'
  run run_in status --offline
  [ "$status" = 0 ]
  [[ "$output" == *20251230_1700* ]]
  run run_in status --at nowhere
  [ "$status" = 2 ]
  [[ "$output" == *"indeterminate-history (block)"* ]]
}

@test "status: --environment, --all" {
  use_sqlite 20251230_1700
  configure '{"default_environment":"production","environments":{"production":{"database":"sqlite:'"$work"'/production.db"},"staging":{"database":"sqlite:'"$work"'/none.db"}}}'
  program status --environment staging --json
  assert_status 2
  printf '%s' "$out" | jq -e '.environment == "staging" and .sets[0].state == "unreachable" and .pending == true'
  program status --environment nowhere
  assert_status 1
  program status --all --json
  assert_status 2
  [ "$(printf '%s\n' "$out" | wc -l)" = 2 ]
  assert_schema status
}

@test "command: as the hook, without a line in the trail" {
  use_sqlite 394c8c3cbf42
  program command --json -- 'npx sst deploy --stage production'
  assert_status 2
  assert_schema command
  printf '%s' "$out" | jq -e '.verdict == "block" and .deploys[0].rule == "sst-deploy" and .deploys[0].certainty == "certain"
    and .deploys[0].environment == "production" and (.deploys[0].trail | length) == 1'
  program command -- 'npx sst deploy'
  assert_status 2
  assert_out "pending-migrations (block)"
  program command -- 'ls -l'
  assert_status 0
  program command --json -- 'ls -l'
  assert_status 0
  assert_schema command
  printf 'npx sst deploy\n' >"$work/text"
  status=0
  out=$("$bin/hookcheck" command - <"$work/text") || status=$?
  assert_status 2
  program command -- one two
  assert_status 1
  program log --format json
  [ -z "$out" ]
}

@test "the hook does not mistake hookcheck's own questions for deploys" {
  use_sqlite 394c8c3cbf42
  hook "hookcheck command -- 'npx sst deploy --stage production'"
  assert_status 0
  assert_silent
  hook "hookcheck packs explain 'npx sst deploy' && hookcheck status && hookcheck log --verify"
  assert_status 0
  assert_silent
}

@test "a relative HOOKCHECK_CONFIG means the same file to hook and child" {
  use_sqlite 20251230_1700
  cd "$work"
  export HOOKCHECK_CONFIG=config.json
  hook "npx sst deploy"
  assert_status 0
  assert_silent
}

@test "command: confirm is exit 2" {
  use_sqlite deadbeef
  program command --json -- 'npx sst deploy'
  assert_status 2
  printf '%s' "$out" | jq -e '.verdict == "confirm" and .reasons[0].code == "unknown-revision"'
}

@test "command --offline: 0 for none, 2 for a deploy" {
  program command --offline -- 'npx sst deploy'
  assert_status 2
  program command --offline -- 'git status'
  assert_status 0
  program command --offline --json -- 'git status'
  [ "$out" = '{"deploys":[]}' ]
}

@test "command --batch: in order, errors in their place" {
  {
    echo '{"command":"npx sst deploy","cwd":"'"$repo"'"}'
    echo 'nonsense'
    echo '{"cwd":"/"}'
    echo '{"command":"git status","cwd":"/"}'
  } >"$work/lines"
  status=0
  out=$("$bin/hookcheck" command --batch --offline <"$work/lines") || status=$?
  assert_status 1
  assert_schema command
  printf '%s' "$out" | jq -se 'length == 4 and .[0].deploys[0].rule == "sst-deploy" and .[1].error and .[2].error and .[3].deploys == []'
  sed -i '2,3d' "$work/lines"
  status=0
  out=$("$bin/hookcheck" command --batch --offline <"$work/lines") || status=$?
  assert_status 2
  use_sqlite 394c8c3cbf42
  status=0
  out=$("$bin/hookcheck" command --batch <"$work/lines") || status=$?
  assert_status 2
  assert_schema command
  printf '%s' "$out" | jq -se '.[0].verdict == "block" and .[1].verdict == "allow"'
}

@test "command --batch --offline: ten thousand lines" {
  for i in $(seq 1 5000); do
    printf '{"command":"git status %s"}\n{"command":"cd web && npx sst deploy --stage s%s"}\n' "$i" "$i"
  done >"$work/lines"
  status=0
  "$bin/hookcheck" command --batch --offline <"$work/lines" >"$work/answers" || status=$?
  [ "$status" = 2 ]
  [ "$(wc -l <"$work/answers")" = 10000 ]
  [ "$(grep -c '"sst-deploy"' "$work/answers")" = 5000 ]
}

@test "a closed standard output is not a success" {
  use_sqlite 20251230_1700
  status=0
  "$bin/hookcheck" status >/dev/full 2>"$work/err" || status=$?
  [ "$status" = 2 ]
  grep -q "standard output" "$work/err"
}

@test "init: writes names and no secret, trusts its own, never overwrites" {
  echo 'PROD_DATABASE_URL=postgresql://app:hunter2@db/credmate' >"$repo/.env"
  program init
  assert_status 0
  assert_out "migrations: backend-api (alembic, apps/backend-api)"
  assert_out "trusted as written"
  if grep hunter2 "$repo/.hookcheck.json"; then false; fi
  grep -q '"env:PROD_DATABASE_URL"' "$repo/.hookcheck.json"
  program trust --show
  assert_status 0
  sqlite3 "$work/production.db" "create table alembic_version(version_num varchar(32) primary key); insert into alembic_version values('394c8c3cbf42')"
  PROD_DATABASE_URL=sqlite:$work/production.db program status
  assert_status 2
  assert_out "pending-migrations (block)"
  cp "$repo/.hookcheck.json" "$work/before"
  program init
  assert_status 2
  assert_err "is there already"
  cmp "$work/before" "$repo/.hookcheck.json"
  echo '// changed' >>"$repo/.hookcheck.json"
  program trust --show
  assert_status 2
  hook "npx sst deploy"
  assert_blocked untrusted-config
}

@test "init by an agent is a proposal: not trusted, and it replaces nothing" {
  CLAUDECODE=1 program init
  assert_status 0
  assert_out "not trusted yet: CLAUDECODE is set"
  program trust --show
  assert_status 2
  echo '// more rules' >>"$repo/.hookcheck.json"
  cp "$repo/.hookcheck.json" "$work/before"
  CLAUDECODE=1 program init --force
  assert_status 2
  assert_err "is for a person: CLAUDECODE is set"
  cmp "$work/before" "$repo/.hookcheck.json"
  program init --force --json
  assert_status 0
  assert_schema init
  [ "$(jq -r '.trusted, .migrations[0].tracker, .database' <<<"$out")" = $'true\nalembic\nenv:PRODUCTION_DATABASE_URL' ] || { echo "$out"; false; }
}

@test "init: several histories, none, and commands that can be copied" {
  mkdir -p "$repo/apps/rails ü/db/migrate" "$work/empty"
  echo 'class CreateUsers < ActiveRecord::Migration[7.1]; end' >"$repo/apps/rails ü/db/migrate/20240101000000_create_users.rb"
  program init
  assert_status 0
  assert_out "migrations: rails ü (rails, apps/rails ü)"
  grep -qx '      // "databases": { "rails ü": "env:OTHER_DATABASE_URL" },' "$repo/.hookcheck.json"
  sqlite3 "$work/empty.db" "create table schema_migrations(version varchar primary key); create table alembic_version(version_num varchar(32) primary key)"
  PRODUCTION_DATABASE_URL=sqlite:$work/empty.db program status
  assert_status 2
  assert_out "next step: cd 'apps/rails ü' && bin/rails db:migrate"
  git init -q "$work/empty"
  program init -C "$work/empty"
  assert_status 0
  assert_out "migrations: none found"
}

# A configuration, what is said of it, and the next step, which fits a terminal.
said() { # JSON MESSAGE NEXT-STEP
  configure "$1"
  program status --config "$work/config.json"
  assert_status 2
  assert_out "$2"
  grep -qxF "  next step: $3" "$work/out" || { echo "no such step: $3"; echo "$out"; false; }
  [ "$(sed "s|$work/||" "$work/out" | grep -c '^  next step: .\{68\}')" = 0 ] || { echo "too wide:"; echo "$out"; false; }
}
@test "messages name the place, and the next step fits 80 columns" {
  local url='{"environments":{"production":{"database":"env:PRODUCTION_DATABASE_URL"}}}'
  said "$url" "the environment variable PRODUCTION_DATABASE_URL, which holds the database URL, is not set where the agent or the hook was started" \
    "export PRODUCTION_DATABASE_URL='the URL of that database'"
  said '{"migrations":{"b":{"tracker":"alembik","root":"apps/backend-api"}},"environments":{"production":{"database":"sqlite:a"}}}' \
    'the tracker "alembik" of migration set b is unknown; did you mean "alembic"?' 'hookcheck packs list'
  said '{"environments":{"production":{"database":"sqlite:a","database":"sqlite:b"}}}' \
    'environments.production: the key "database" stands twice in one object' "mend $work/config.json, then try again"
  for text in mongodb://h/d env:OTHER garbage; do
    configure "$url"
    PRODUCTION_DATABASE_URL=$text program status
    assert_out 'the environment variable PRODUCTION_DATABASE_URL: no database URL: expected "postgresql://…"'
    assert_out "next step: export PRODUCTION_DATABASE_URL='the URL of that database'"
  done
  configure '{"environments":{"production":{"database":{"url_from":["echo","garbage"]}}}}'
  program status
  assert_out 'the output of echo: no database URL: expected "postgresql://…"'
  echo garbage >"$repo/url"
  configure '{"environments":{"production":{"database":"file:url"}}}'
  program status
  assert_out 'url: no database URL: expected "postgresql://…"'
  assert_out 'next step: write the URL into the first line of url'
}

@test "what is told where a configuration exists: not to write one, and to trust it once it is mended" {
  unset HOOKCHECK_CONFIG
  program status
  assert_out $'next step: hookcheck init\n    then name the database in .hookcheck.json'
  echo '{"environments":{"production":{}}}' >"$repo/.hookcheck.json"
  run script -qec "$bin/hookcheck trust" /dev/null
  program status
  assert_out "next step: name it in .hookcheck.json: environments.production.database"
  echo '{' >"$repo/.hookcheck.json"
  program status
  assert_out "next step: once it is mended, a person runs in a terminal: hookcheck trust"
}

@test "a target that is nearly one" {
  program install gti
  assert_status 1
  assert_err "there is nothing named gti to install; did you mean git?"
  program uninstall cluade
  assert_err "there is nothing named cluade to uninstall; did you mean claude?"
  program install something-else
  assert_err "there is nothing named something-else to install: git, ci, husky, lefthook, pre-commit, claude, codex"
  refute_err "did you mean"
  run script -qec "$bin/hookcheck install ci gitea" /dev/null
  [ "$(printf '%s\n' "$output" | tr -d '\r' | awk 'length > 80' | wc -l)" = 0 ] || { echo "$output"; false; }
}

@test "trust is for a person in a terminal" {
  echo '{"environments":{"production":{"database":"sqlite:production.db"}}}' >"$repo/.hookcheck.json"
  program trust </dev/null
  assert_status 2
  assert_err "for a person in a terminal"
  run script -qec "CLAUDECODE=1 $bin/hookcheck trust" /dev/null
  [ "$status" = 2 ]
  program trust --show
  assert_status 2
  run script -qec "$bin/hookcheck trust" /dev/null
  [ "$status" = 0 ] || { echo "$output"; false; }
  case $output in *"trusted until it changes"*) ;; *) echo "$output"; false ;; esac
  program trust --show
  assert_status 0
  run script -qec "$bin/hookcheck trust --revoke" /dev/null
  program trust --show
  assert_status 2
}

@test "init: what could not be decided stands there as a comment" {
  deep=$repo/a/b/c/d/e/f/g/h/i/j/k/l/migrations
  mkdir -p "$deep" && echo 'select 1;' >"$deep/V1__a.sql"
  program init
  assert_status 0
  assert_out "not decided: migrations were looked for"
  grep -q '^    // not decided: migrations were looked for in at most 12 directories, one in the other: not in a/b/c/d/e/f/g/h/i/j/k/l/migrations$' "$repo/.hookcheck.json"
  grep -q '"tracker": "alembic"' "$repo/.hookcheck.json"
  program trust --show
  assert_status 0
}

@test "log: every decision of the hook, verified, in each format" {
  use_sqlite 394c8c3cbf42
  hook "npx sst deploy"
  hook "DB_PASSWORD=hunter2 npx sst deploy --stage production"
  hook "=cmd|calc; npx sst deploy"
  hook "ls"
  program log --verify
  assert_status 0
  assert_out "intact: 3 lines"
  program log --format json
  assert_status 0
  assert_schema audit
  case $out in *hunter2*) echo "$out"; false ;; esac
  printf '%s' "$out" | jq -se 'length == 3 and .[0].verdict == "block" and .[0].reasons[0].code == "pending-migrations"
    and .[0].looks[0].database_version == "394c8c3cbf42" and .[0].looks[0].code_version == "20251230_1700"
    and (.[0].looks[0].sets[0].database | startswith("sqlite:")) and .[0].host == "claude"'
  program log --format csv
  printf '%s\n' "$out" | /usr/bin/python3 -c '
import csv, sys
rows = list(csv.reader(sys.stdin))
assert len(rows) == 4 and all(len(row) == 10 for row in rows), rows
assert rows[3][5].startswith("\x27=cmd"), rows[3]'
  program log --format md
  assert_out "| time | verdict |"
  program log --since 2000 --until 2001
  assert_status 0
  [ -z "$out" ]
  program log --since yesterday
  assert_status 1
  sed -i '2s/"verdict":"block"/"verdict":"allow"/' "$HOOKCHECK_STATE_DIR/audit/audit.jsonl"
  program log --verify
  assert_status 2
  assert_out "broken: audit.jsonl:3: "
}

@test "packs: list, explain, test" {
  program packs list --json
  assert_status 0
  assert_schema packs
  [ "$(printf '%s\n' "$out" | wc -l)" -gt 100 ]
  program packs explain sst-deploy
  assert_status 0
  assert_out "command  ^sst deploy"
  program packs explain 'npx sst deploy --help'
  assert_status 0
  assert_out "no rule was tried: "
  assert_out "deploys found: 0"
  program packs explain 'sqitch deploy'
  assert_out "no rule was tried: none is about these programs"
  program packs explain 'kubectl apply -f x --dry-run=client'
  assert_out "  excused:        kubernetes-apply"
  assert_out "  does not match: kubernetes-create, "
  program command --offline -- './nowhere/ship.sh'
  assert_status 2
  assert_out '"ship.sh" cannot be read; its name promises a deploy'
  configure '{"environments":{"production":{"database":"env:X"}},"deploys":[{"id":"ours","command":"^ship it","examples":{"deploy":["ship it now"],"safe":["ship them"]}}]}'
  program packs test
  assert_status 0
  assert_out "examples, 0 failed"
  program packs explain ours
  assert_out "deploy   ship it now"
  program packs nonsense
  assert_status 1
}

@test "packs: trackers are among them" {
  program packs list
  assert_out "trackers       golang-migrate                         single_version, schema_migrations"
  assert_out "trackers       alembic                                graph, alembic_version"
  program packs explain drizzle
  assert_status 0
  assert_out "counts by     high_water"
  assert_out "table         drizzle.__drizzle_migrations"
  assert_out "near      meta/_journal.json"
  mkdir packs
  cat >packs/own.json <<'END'
{"trackers": [{"id": "own", "rule": "set", "detect": [{"files": ["#.own"]}], "unit": {"kind": "file", "pattern": "^([0-9]+)\\.own$", "id": "\\1"},
  "table": {"name": "own", "need": ["n"], "applied": "SELECT {n} AS id FROM {table}"},
  "examples": [{"files": {"m/1.own": "", "m/2.own": ""}, "rows": [{"id": "1"}], "pending": ["WANTED"], "migrations": ["1", "2"]}]}]}
END
  sed 's/WANTED/2/' packs/own.json >packs/good.json
  program packs test packs/good.json
  assert_status 0
  assert_out "1 examples, 0 failed"
  program packs test packs/own.json
  assert_status 2
  assert_out "packs/own.json: own: examples[0]: pending: WANTED was expected, 2 came"
  assert_out "1 examples, 1 failed"
  program packs test
  assert_status 0
  [ "$(printf '%s\n' "$out" | sed -n 's/ examples, 0 failed//p')" -gt "$(ls "$BATS_TEST_DIRNAME"/../../patterns/trackers | wc -l)" ]
}

@test "demo: blocked, applied, allowed; nothing stays behind" {
  export TMPDIR=$work/tmp
  mkdir "$TMPDIR"
  program demo
  assert_status 0
  assert_out "pending-migrations (block)"
  assert_out "Blocked while the migration was pending, let through once it was applied."
  [ -z "$(ls "$TMPDIR")" ]
  [ ! -e "$HOOKCHECK_STATE_DIR" ]
  program demo --postgres "$HOOKCHECK_TEST_POSTGRES"
  assert_status 0
  assert_out "let through once it was applied."
  local password
  password=$(printf '%s' "$HOOKCHECK_TEST_POSTGRES" | sed -nE 's#^[a-z]+://[^:/]*:([^@]*)@.*#\1#p')
  case $out in *"${password:-no password}"*) echo "$out"; false ;; esac
  [ "$(psql -XqAt "$HOOKCHECK_TEST_POSTGRES" -c "select count(*) from pg_namespace where nspname like 'hookcheck_demo%'")" = 0 ]
}

@test "schemas are schemas" {
  local file
  for file in "$root"/install/schema/*.json; do
    /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' "$file"
  done
}

@test "a next step that is a command stands alone on its line" {
  program models diff nosuch
  assert_status 1
  assert_err "no such revision: nosuch"
  assert_err $'next step: git log --all --oneline\n    lists what there is; or git fetch'
  program models check nosuch..HEAD
  assert_status 1
  program models diff HEAD HEAD HEAD
  assert_status 1
  program status --config "$work/nowhere"
  assert_status 2
  assert_out "next step: name a file that can be read: --config FILE, or HOOKCHECK_CONFIG"
  program decide
  assert_status 2
  assert_err "next step: hookcheck command -- 'TEXT'"
  [ -z "$(awk 'length($0) > 80' "$work/err")" ]
  configure '{"environments":{"live":{"database":"sqlite:a"}},"default_environment":"production"}'
  program status
  assert_out "next step: write one that is configured: live"
  unset HOOKCHECK_CONFIG
  touch .hookcheck.json
  for command in "alembic stamp head: alembic upgrade head" "phinx migrate --fake: vendor/bin/phinx migrate" \
    "git clean -fd: git clean -fd -e .hookcheck.json" "npx typeorm migration:run --fake: hookcheck status"; do
    program command -- "${command%: *}"
    grep -qxF "  next step: ${command#*: }" "$work/out" || { echo "not for ${command%: *}"; echo "$out"; false; }
  done
}

@test "what is not committed is added from wherever one stands" {
  configure '{"environments":{"production":{"database":"sqlite:a.db"}}}'
  mkdir -p alembic/versions "sub dir"
  [ -e alembic.ini ] || printf '[alembic]\nscript_location = alembic\n' >alembic.ini
  printf 'revision = "n1"\ndown_revision = None\n' >"alembic/versions/n 1.py"
  program status
  local step
  step=$(sed -n 's/^  next step: \(git add .*\)/\1/p' "$work/out")
  [ -n "$step" ]
  (cd "sub dir" && GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.invalid GIT_COMMITTER_NAME=T \
    GIT_COMMITTER_EMAIL=t@example.invalid GIT_EDITOR="sh -c 'echo m >\"\$1\"' -" bash -c "$step" >/dev/null)
  program status
  case $out in *uncommitted-migrations*) echo "$out"; false ;; esac
}

@test "what a stranger meets: each refusal says the next step" {
  cd "$work"
  for command in "push" "models diff" "models check"; do
    program $command
    [ "$status" != 0 ]
    assert_err "no git repository"
    assert_err "next step: go to the repository, or name it: -C DIR"
  done
  git init -q unborn
  cd unborn
  program models diff
  assert_err "no such revision: HEAD"
  assert_err "next step: commit first: this branch has no commit yet"
  program command npx sst deploy --stage production
  assert_status 1
  assert_err "(its text goes behind --, in quotes: hookcheck command -- 'ls -la')"
  program log
  assert_status 0
  assert_err "hookcheck log: no decision is on record"
  HOOKCHECK_STATE_DIR="" HOME="" XDG_STATE_HOME="" program log
  assert_status 1
  assert_err "next step: set HOME or HOOKCHECK_STATE_DIR"
  printf '{ "environments": { "production": { "databse": "x" } } }' >.hookcheck.json
  status=0
  /usr/bin/python3 "$root/tests/integration/at_terminal.py" x "$bin/hookcheck" trust >"$work/out" 2>&1 || status=$?
  out=$(cat "$work/out")
  assert_status 2
  assert_out 'next step: mend'
  [ -z "$(awk 'length($0) > 80' "$work/out" | grep -v 'next step\|hookcheck\.json')" ] # a path does not fold
}
