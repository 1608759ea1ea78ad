# postgres-migrations: a function, no program. What it would run, it runs on a copy of the database. Numbers have no gaps: its migration N is
# the N-th file that was added, so that 4 is the third.
tool_tracker=postgres-migrations tool_out_of_order=refused tool_checksums=yes tool_edited=refused tool_missing=refused tool_failed=pending tool_line_ends=edited
tool_here() { npm_packages postgres-migrations pg; }
tool_begin() {
  node_project
  mkdir -p sql/steps
  printf '{"name": "shop", "dependencies": {"postgres-migrations": "5.3.0"}}\n' >package.json
  tool_shows=(node "$here/postgres-migrations/migrate.mjs" sql/steps)
}
number() { if [ "$1" -gt 3 ]; then echo $(($1 - 1)); else echo "$1"; fi; }
tool_id() { number "$1"; }
tool_file() { ls sql/steps/"$(printf %03d "$(number "$1")")"-*.sql; }
tool_add() { printf 'create table %s (id int);\n' "$2" >"sql/steps/$(printf %03d "$(number "$1")")-$2.sql"; }
tool_break() { printf 'select nothing_of_the_kind();\n' >"sql/steps/$(printf %03d "$(number "$1")")-broken.sql"; }
tool_apply() { node "$here/postgres-migrations/migrate.mjs" sql/steps; }
tool_status() {
  local ran file id
  ran=$(on_a_copy tool_apply) || return 1
  for file in sql/steps/*.sql; do
    id=$((10#$(basename "$file" | sed 's/[-_].*//')))
    if grep -qx "$id" <<<"$ran"; then echo "pending $id"; elif [ "$(psql -qAt "$DATABASE_URL" -c "select 1 from migrations where id = $id")" = 1 ]; then echo "applied $id"; fi
  done
  return 0
}

tool_own() {
  # Put in between: the numbers behind it change, and with them the names of what has run.
  mv sql/steps/003-four.sql sql/steps/004-four.sql
  printf 'create table three (id int);\n' >sql/steps/003-three.sql
  is "put in between: what ran is another" '.sets[0].diverged[].id' $'3\n3'
  refuses "put in between: the tool refuses"
  rm sql/steps/003-three.sql
  mv sql/steps/004-four.sql sql/steps/003-four.sql
  agrees "restored"
  git add -A && git commit -qm third

  mv sql/steps/002-two.sql "$work/kept"
  is "deleted: the state" '.sets[0].state' indeterminate
  refuses "deleted: the tool refuses"
  mv "$work/kept" sql/steps/002-two.sql
  mv sql/steps/003-four.sql "$work/kept"
  is "the last one deleted: unknown" '.sets[0].unknown[] | .id + " " + .kind' '3 elsewhere'
  agrees "the last one deleted"
  mv "$work/kept" sql/steps/003-four.sql

  printf -- '-- edited\n' >>sql/steps/001-one.sql
  is "edited: it is diverged" '.sets[0].diverged[].id' 1
  so "edited: the state" '.sets[0].state' indeterminate
  refuses "edited: the tool refuses"
  git checkout -q sql/steps
  sed -i 's/$/\r/' sql/steps/001-one.sql
  is "other line ends: noted" '.sets[0].notes | map(select(contains("line ends"))) | length' 1
  refuses "other line ends: the tool refuses"
  git checkout -q sql/steps

  tool_break 5
  refuses "the broken one fails"
  is "failed: it is pending" '.sets[0].pending[].id' 4
  rm sql/steps/004-broken.sql
  agrees "mended"

  # The checksum is of the SQL that a script returns, not of its text.
  printf 'module.exports.generateSql = () => "create table five (id int)";\n' >sql/steps/004_five.js
  applies "a script: it applies"
  is "a script: the state" '.sets[0] | .state, (.diverged | length)' $'current\n0'
}
