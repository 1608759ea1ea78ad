# The incident the project exists for: new code, an unapplied migration, a deploy command. On each kind of database.
load gate.bash

setup() {
  gate_setup
  make_repository
}

assert_ris_051() { # DATABASE
  assert_blocked pending-migrations
  assert_err "20251230_1700  add email issue flags"
  assert_err "apps/backend-api/alembic/versions/20251230_1700_add_email_issue_flags.py"
  assert_err "database version  394c8c3cbf42"
  assert_err "code version      20251230_1700"
  assert_err "$1"
  assert_err "next step: cd apps/backend-api && alembic upgrade head"
}

@test "RIS-051 on SQLite: blocked while pending, silent once applied" {
  use_sqlite 394c8c3cbf42
  for command in "npx sst deploy --stage production" "aws lambda update-function-code --function-name credmate-backend-dev --zip-file fileb://a.zip"; do
    hook "$command"
    assert_ris_051 "sqlite:$work/production.db"
  done
  sqlite3 "$work/production.db" "update alembic_version set version_num='20251230_1700'"
  hook "npx sst deploy --stage production"
  assert_status 0
  assert_silent
}

@test "RIS-051 on PostgreSQL: blocked while pending, silent once applied" {
  local name=ris_$$_$RANDOM url
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "create database $name"
  url=$(printf '%s' "$HOOKCHECK_TEST_POSTGRES" | sed -E "s#/[^/?]*(\?|\$)#/$name\1#")
  psql -Xq "$url" -c "create table alembic_version(version_num varchar(32) primary key); insert into alembic_version values('394c8c3cbf42')"
  export PRODUCTION_DATABASE_URL=$url
  configure '{"environments":{"production":{"database":"env:PRODUCTION_DATABASE_URL"}}}'
  hook "npx sst deploy --stage production"
  assert_ris_051 "/$name"
  local password
  password=$(printf '%s' "$url" | sed -nE 's#^[a-z]+://[^:/]*:([^@]*)@.*#\1#p')
  [ -z "$password" ] || refute_err "$password"
  psql -Xq "$url" -c "update alembic_version set version_num='20251230_1700'"
  hook "npx sst deploy --stage production"
  assert_status 0
  assert_silent
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "drop database $name"
}

@test "RIS-051 through a command: the Lambda's answer decides" {
  cat >"$work/invoke" <<'EOF'
#!/bin/sh
# Stands for: aws lambda invoke … --payload '{"action":"list_pending","code_version":"…"}' OUTPUT
echo "$1" >"$(dirname "$0")/asked"
cat "$(dirname "$0")/answer" >"$2"
echo '{"StatusCode":200}'
EOF
  chmod +x "$work/invoke"
  configure '{"environments":{"production":{"database":{"command":["'"$work"'/invoke","{\"action\":\"list_pending\",\"code_version\":\"{code_version}\"}","{output}"]}}}}'
  echo '{"statusCode":200,"body":"{\"pending\":true,\"database_version\":\"394c8c3cbf42\"}"}' >"$work/answer"
  hook "npx sst deploy --stage production"
  assert_ris_051 "command: "
  [ "$(cat "$work/asked")" = '{"action":"list_pending","code_version":"20251230_1700"}' ]
  echo '{"pending":false,"database_version":"20251230_1700"}' >"$work/answer"
  hook "npx sst deploy --stage production"
  assert_status 0
  assert_silent
}

@test "a command that says pending:false beside an older version is not believed" {
  printf '#!/bin/sh\necho %s\n' "'{\"pending\":false,\"database_version\":\"394c8c3cbf42\"}'" >"$work/invoke"
  chmod +x "$work/invoke"
  configure '{"environments":{"production":{"database":{"command":["'"$work"'/invoke"]}}}}'
  hook "npx sst deploy"
  assert_blocked pending-migrations
}

@test "a command that fails, hangs, or answers nonsense is a database that cannot be asked" {
  local answer
  for answer in 'exit 3' 'echo nonsense' 'echo "{\"pending\":\"unknown\",\"database_version\":\"unknown\"}"' \
    'echo "{\"statusCode\":500,\"body\":\"{}\"}"' 'echo "{\"FunctionError\":\"Unhandled\"}"' ':' 'exec tail -f /dev/null'; do
    printf '#!/bin/sh\n%s\n' "$answer" >"$work/invoke"
    chmod +x "$work/invoke"
    configure '{"environments":{"production":{"database":{"command":["'"$work"'/invoke"],"timeout":"300ms"}}}}'
    hook "npx sst deploy"
    assert_blocked database-unreachable
  done
}

@test "the wrong database is not believed, even when it is current" {
  use_sqlite 20251230_1700
  configure '{"environments":{"production":{"database":"sqlite:'"$work"'/production.db","identity":{"database":"*/prod-credmate.db"}}}}'
  hook "npx sst deploy"
  assert_blocked wrong-database
  assert_err "asked: sqlite:$work/production.db"
  assert_err "*/prod-credmate.db"
  assert_err "next step: correct environments.production in .hookcheck.json"
  program status
  assert_status 2
  assert_out "wrong-database (block)"
  ! grep -E '^ +(applied|pending) ' <<<"$out"
}

@test "migrating and deploying in one call is blocked with the way out: two calls" {
  use_sqlite 394c8c3cbf42
  hook "cd apps/backend-api && alembic upgrade head && npx sst deploy"
  assert_blocked pending-migrations
  assert_err "then the deploy in a second call"
  hook "cd apps/backend-api && alembic upgrade head"
  assert_status 0
  assert_silent
}

@test "a script is followed and the trail is shown" {
  use_sqlite 394c8c3cbf42
  mkdir "$repo/scripts"
  printf '#!/bin/sh\nset -e\naws lambda update-function-code --function-name api --zip-file fileb://a.zip\n' >"$repo/scripts/ship.sh"
  hook "bash scripts/ship.sh"
  assert_blocked pending-migrations
  assert_err "scripts/ship.sh:3 -> aws lambda update-function-code"
}

@test "a person's own rule counts" {
  use_sqlite 394c8c3cbf42
  configure '{"environments":{"production":{"database":"sqlite:'"$work"'/production.db"}},"deploys":[{"id":"our-image","command":"^infra/scripts/build-lambda-image\\.sh\\b"}]}'
  mkdir -p "$repo/infra/scripts"
  echo 'docker build .' >"$repo/infra/scripts/build-lambda-image.sh"
  hook "bash infra/scripts/build-lambda-image.sh"
  assert_blocked pending-migrations
  assert_err "(our-image)"
}

@test "the pushed commit is judged, not the work tree" {
  use_sqlite 20251230_1700
  revision 20251231_0900 20251230_1700 "later"
  hook "git push heroku HEAD:main"
  assert_status 0
  hook "npx sst deploy"
  assert_blocked pending-migrations
  assert_err "20251231_0900  later  (not committed)"
  assert_err "uncommitted-migrations (warn)"
}

@test "a revision that another branch has makes the database ahead; nothing pending: a warning" {
  use_sqlite 20251230_1700
  git -C "$repo" checkout -q -b feature
  revision 20260101_0000 20251230_1700 "next"
  git -C "$repo" add -A
  git -C "$repo" commit -qm next
  git -C "$repo" checkout -q -
  sqlite3 "$work/production.db" "update alembic_version set version_num='20260101_0000'"
  hook "npx sst deploy"
  assert_status 0
  assert_err "database-ahead (warn)"
  assert_err "exists at feature (apps/backend-api/alembic/versions/20260101_0000_next.py)"
  revision 20260102_0000 20251230_1700 "ours"
  hook "npx sst deploy"
  assert_blocked pending-migrations
  assert_err "20260102_0000  ours"
  refute_err "20251230_1700  add email"
}

@test "a revision that nobody knows needs a person: the agent is told so" {
  use_sqlite deadbeef
  hook "npx sst deploy"
  assert_blocked unknown-revision
  assert_err "blocked: a person must decide"
  assert_err "run the command themselves, in their own terminal"
}

@test "a rollback is allowed with a warning" {
  use_sqlite 394c8c3cbf42
  hook "helm rollback web 3"
  assert_status 0
  assert_err "rollback (warn)"
  [ -z "$out" ]
}

@test "no migrations, or no repository: allowed" {
  rm -rf "$repo/apps"
  use_sqlite 394c8c3cbf42
  hook "npx sst deploy"
  assert_status 0
  repo=$work/elsewhere
  mkdir "$repo"
  hook "npx sst deploy" --verbose
  assert_status 0
  assert_err "no-migrations (allow)"
}

@test "migrations without a database: not-configured, which names hookcheck init" {
  hook "npx sst deploy"
  assert_blocked not-configured
  assert_err "next step: hookcheck init"
}

@test "several deploys in one call: the strictest verdict wins, each is named" {
  use_sqlite 394c8c3cbf42
  hook "helm rollback web; npx sst deploy"
  assert_blocked pending-migrations
  assert_err "rollback (warn)"
}

@test "plain SQL files against schema_migrations" {
  rm -rf "$repo/apps"
  mkdir -p "$repo/db/migrations"
  echo "create table a(id int);" >"$repo/db/migrations/001_a.sql"
  echo "create table b(id int);" >"$repo/db/migrations/002_b.sql"
  rm -f "$work/production.db"
  sqlite3 "$work/production.db" "create table schema_migrations(version text primary key, applied_at text); insert into schema_migrations values('001_a.sql','x')"
  git -C "$repo" add -A
  git -C "$repo" commit -qm sql
  configure '{"migrations":{"db":{"tracker":"sql","root":"db/migrations"}},"environments":{"production":{"database":"sqlite:'"$work"'/production.db"}}}'
  hook "npx sst deploy"
  assert_blocked pending-migrations
  assert_err "db/migrations/002_b.sql"
  sqlite3 "$work/production.db" "insert into schema_migrations values('002_b.sql','x')"
  hook "npx sst deploy"
  assert_status 0
  assert_silent
}

@test "several heads, and a history with a missing parent, are findings" {
  use_sqlite 20251230_1700
  revision 20260101_0001 20251230_1700 "left"
  revision 20260101_0002 20251230_1700 "right"
  hook "npx sst deploy"
  assert_blocked multiple-heads
  assert_err 20260101_0001
  rm "$repo"/apps/backend-api/alembic/versions/20260101_*
  revision 20260101_0003 nosuchparent "orphan"
  hook "npx sst deploy"
  assert_blocked broken-history
  assert_err nosuchparent
}

@test "two migration sets, two databases: the directory chooses, the root means both" {
  use_sqlite 20251230_1700
  mkdir -p "$repo/apps/billing/migrations"
  echo "create table a(id int);" >"$repo/apps/billing/migrations/001_a.sql"
  git -C "$repo" add -A
  git -C "$repo" commit -qm billing
  sqlite3 "$work/billing.db" "create table schema_migrations(version text primary key, applied_at text)"
  configure '{"migrations":{"backend":{"tracker":"alembic","root":"apps/backend-api"},"billing":{"tracker":"sql","root":"apps/billing/migrations"}},
    "environments":{"production":{"database":"sqlite:'"$work"'/production.db","databases":{"billing":"sqlite:'"$work"'/billing.db"}}}}'
  hook "cd apps/backend-api && npx sst deploy"
  assert_status 0
  assert_silent
  hook "npx sst deploy"
  assert_blocked pending-migrations
  assert_err "apps/billing/migrations/001_a.sql"
  assert_err "sqlite:$work/billing.db"
}

@test "the word of the command chooses among environments; an unknown one means the default" {
  use_sqlite 20251230_1700
  sqlite3 "$work/staging.db" "create table alembic_version(version_num varchar(32) primary key); insert into alembic_version values('394c8c3cbf42')"
  configure '{"default_environment":"production","environments":{"production":{"database":"sqlite:'"$work"'/production.db"},"staging":{"database":"sqlite:'"$work"'/staging.db"}}}'
  hook "npx sst deploy --stage production"
  assert_status 0
  hook "npx sst deploy --stage staging"
  assert_blocked pending-migrations
  assert_err "not applied to staging"
  hook "npx sst deploy --stage harmless-dev"
  assert_status 0
  hook "npx sst deploy --stage production; npx sst deploy --stage staging"
  assert_blocked pending-migrations
}

@test "tenants: every schema with a tracking table is judged" {
  local name=tenants_$$_$RANDOM url
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "create database $name"
  url=$(printf '%s' "$HOOKCHECK_TEST_POSTGRES" | sed -E "s#/[^/?]*(\?|\$)#/$name\1#")
  psql -Xq "$url" -c "create schema a" -c "create schema b" \
    -c "create table a.alembic_version(version_num varchar(32) primary key); insert into a.alembic_version values('20251230_1700')" \
    -c "create table b.alembic_version(version_num varchar(32) primary key); insert into b.alembic_version values('394c8c3cbf42')"
  export PRODUCTION_DATABASE_URL=$url
  configure '{"environments":{"production":{"database":"env:PRODUCTION_DATABASE_URL"}}}'
  program status --json -C "$repo"
  assert_status 2
  assert_schema status
  printf '%s' "$out" | jq -e '[.sets[] | {name, state}] == [{"name":"backend-api@a","state":"current"},{"name":"backend-api@b","state":"pending"}]'
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "drop database $name"
}

@test "other hosts: Cursor and Gemini are blocked in their own words" {
  use_sqlite 394c8c3cbf42
  jq -cn --arg cwd "$repo" '{conversation_id:"c",generation_id:"g",hook_event_name:"beforeShellExecution",cursor_version:"2",workspace_roots:[$cwd],command:"npx sst deploy",cwd:$cwd}' >"$work/cursor"
  hook_bytes "$work/cursor"
  assert_status 2
  assert_err "pending-migrations (block)"
  jq -cn --arg cwd "$repo" '{session_id:"s",cwd:$cwd,hook_event_name:"BeforeTool",timestamp:"x",tool_name:"run_shell_command",tool_input:{command:"ls"}}' >"$work/gemini"
  hook_bytes "$work/gemini"
  assert_status 0
  [ "$out" = "{}" ]
}
