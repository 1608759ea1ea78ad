# graphile-migrate: `commit` numbers what stands in current.sql, tries it in a shadow database and runs it on the developer's; `migrate` runs
# what was committed on another one, which is the one that we look at. Its migration N is the N-th that was committed, so that 4 is the third.
tool_tracker=graphile-migrate tool_out_of_order=refused tool_checksums=yes tool_missing=refused tool_failed=pending
tool_here() { npm_packages graphile-migrate pg; }
graphile() { node node_modules/graphile-migrate/dist/cli.js "$@"; }
tool_begin() {
  node_project
  mkdir -p migrations/committed
  printf '{"pgSettings": {}, "blankMigrationContent": "-- write here"}\n' >.gmrc
  psql -qX "$HOOKCHECK_TEST_POSTGRES" -c "create database ${DATABASE_URL##*/}_developer"
  export ROOT_DATABASE_URL=$HOOKCHECK_TEST_POSTGRES SHADOW_DATABASE_URL=${DATABASE_URL}_shadow
  tool_shows=(node node_modules/graphile-migrate/dist/cli.js status)
}
tool_end() {
  local kind
  for kind in developer shadow; do psql -qX "$HOOKCHECK_TEST_POSTGRES" -c "drop database if exists ${DATABASE_URL##*/}_$kind with (force)"; done
}
number() { if [ "$1" -gt 3 ]; then echo $(($1 - 1)); else echo "$1"; fi; }
tool_id() { printf '%06d.sql\n' "$(number "$1")"; }
tool_file() { ls migrations/committed/"$(printf %06d "$(number "$1")")"*.sql; }
commit() { # NAME STATEMENT
  printf '%s;\n' "$2" >migrations/current.sql
  DATABASE_URL=${DATABASE_URL}_developer graphile commit -m "$1" >"$work/commit" 2>&1 || { cat "$work/commit" >&2; return 1; }
}
tool_add() { commit "$2" "create table $2 (id int)"; }
# tool_fill N: N of them at once, with the tool's own functions, for the bench.
tool_fill() {
  node -e '
    const { calculateHash } = require("./node_modules/graphile-migrate/dist/hash");
    const { serializeMigration } = require("./node_modules/graphile-migrate/dist/migration");
    let previous = null;
    for (let i = 1; i <= Number(process.argv[1]); i++) {
      const body = `create table t${i} (id int);\n`, hash = calculateHash(body, previous);
      require("fs").writeFileSync(`migrations/committed/${String(i).padStart(6, "0")}.sql`, serializeMigration(body, { Previous: previous ?? "-", Hash: hash }));
      previous = hash;
    }' "$1"
}
tool_apply() { graphile migrate; }
tool_status() {
  local out
  out=$("${tool_shows[@]}" 2>&1)
  case $?:$out in
    1:*'committed migrations pending'*) sed -n 's/^ *\([0-9]\{6\}\)\(-[^ ]*\)\?\.sql$/pending \1.sql/p' <<<"$out" ;;
    0:*) ;;
    *) echo "$out"; return 1 ;;
  esac
  rows_with_files "select substr(filename, 1, 6) from graphile_migrate.migrations" 'migrations/committed/%s*.sql'
}

tool_own() {
  agrees "after the third"
  so "after the third: the state" '.sets[0].state' current
  git add -A && git commit -qm third

  # Two branches have committed a third one.
  sed 's/four/three/g' migrations/committed/000003-four.sql >migrations/committed/000003-three.sql
  refuses "a number twice: the tool refuses"
  is "a number twice: the state" '.sets[0].state' indeterminate
  rm migrations/committed/000003-three.sql

  mv migrations/committed/000002-two.sql "$work/kept"
  is "deleted: unknown" '.sets[0].unknown[] | .id + " " + .kind' '000002.sql elsewhere'
  refuses "deleted: the tool refuses"
  is "deleted: the state" '.sets[0].state == "current"' false
  mv "$work/kept" migrations/committed/000002-two.sql
  mv migrations/committed/000003-four.sql "$work/kept"
  is "the last one deleted: unknown" '.sets[0].unknown[] | .id + " " + .kind' '000003.sql elsewhere'
  so "the last one deleted: the state" '.sets[0].state == "current"' false
  mv "$work/kept" migrations/committed/000003-four.sql
  agrees "restored"

  chmod u+w migrations/committed/000001-one.sql # the tool writes it read-only
  printf '\n-- edited\n' >>migrations/committed/000001-one.sql
  is "edited: it is diverged" '.sets[0].diverged[].id' 000001.sql
  so "edited: the reason" '[.reasons[].code] | index("diverged-migration") != null' true
  agrees "edited"
  git checkout -q migrations
  sed -i 's/$/\r/' migrations/committed/000001-one.sql
  is "other line ends: noted" '.sets[0] | (.diverged | length), (.notes | map(select(contains("line ends"))) | length)' $'0\n1'
  tool_status >"$work/apply" 2>&1; [ $? != 0 ]; ok $? "other line ends: the tool refuses" "$(cat "$work/apply")"
  git checkout -q migrations

  # What runs on the developer's database but not on this one.
  psql -qX "$DATABASE_URL" -c 'create table clash ()'
  commit clash 'create table clash ()'; ok $? "one is committed that will fail"
  refuses "it fails"
  agrees "failed"
  so "failed: it is pending" '.sets[0] | .state + " " + .pending[].id' 'pending 000004.sql'
  psql -qX "$DATABASE_URL" -c 'drop table clash'
  applies "mended, it is applied"
  agrees "mended, applied"
  so "mended, applied: the state" '.sets[0].state' current
}
