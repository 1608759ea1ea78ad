# db-migrate: `check` lists what it would run; what has run is in its table only.
tool_tracker=db-migrate tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
tool_here() { npm_packages db-migrate db-migrate-pg; }
db_migrate() { node node_modules/db-migrate/bin/db-migrate "$@"; }
tool_begin() {
  node_project
  mkdir migrations
  printf '{"dev": {"ENV": "DATABASE_URL"}}\n' >database.json
  tool_shows=(node node_modules/db-migrate/bin/db-migrate check)
}
tool_id() { echo "/$(basename "$(tool_file "$1")" .js)"; }
tool_file() {
  local table
  case $1 in 1) table=one ;; 2) table=two ;; 3) table=three ;; 4) table=four ;; 5) table=broken ;; *) table=t$1 ;; esac
  echo "migrations/$(time_id "$1")-$table.js"
}
tool_add() { printf "exports.up = function (db) {\n  return db.createTable('%s', { id: 'int' });\n};\nexports.down = function (db) {\n  return db.dropTable('%s');\n};\nexports._meta = { version: 1 };\n" "$2" "$2" >"$(tool_file "$1")"; }
tool_break() { printf "exports.up = function (db) {\n  return db.runSql('select nothing_of_the_kind()');\n};\nexports.down = function () {};\nexports._meta = { version: 1 };\n" >"$(tool_file "$1")"; }
tool_make() { db_migrate create "$1"; }
tool_apply() { db_migrate up; }
tool_status() {
  local out
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  grep -q 'Migrations to run: \[' <<<"$out" || { echo "$out"; return 1; }
  tr -d '\n' <<<"$out" | sed 's/.*Migrations to run: \[\([^]]*\)\].*/\1/' | grep -o "[0-9]\{14\}-[^']*" | sed 's|^|pending /|'
  rows_with_files 'select name from migrations' 'migrations/%s.*js'
}

tool_more() {
  # The tool calls a file by what stands before the first dot.
  sed 's/four/dotted/g' "$(tool_file 4)" >migrations/20240101000008-v1.2.dotted.js
  agrees "a dot in the name"
  so "a dot in the name: the id" '.sets[0].pending[].id' /20240101000008-v1
  applies "a dot in the name: it is applied"
  agrees "a dot in the name, applied"
}
