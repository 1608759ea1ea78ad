# Knex: its own program and a knexfile.js.
tool_tracker=knex tool_out_of_order=applied tool_checksums=no tool_missing=refused tool_failed=pending
tool_here() { npm_packages knex pg; }
tool_knex() { node node_modules/knex/bin/cli.js "$@"; }
tool_begin() {
  node_project
  mkdir -p db/changes
  printf 'module.exports = {\n  client: "pg",\n  connection: process.env.DATABASE_URL,\n  migrations: { directory: "./db/changes", tableName: "steps" },\n};\n' >knexfile.js
  tool_shows=(node node_modules/knex/bin/cli.js migrate:list)
}
tool_id() { basename "$(tool_file "$1")"; }
tool_file() { # migration 2 is of another kind of file
  local table
  case $1 in 1) table=one ;; 2) echo db/changes/20240101000002_two.cjs; return ;; 3) table=three ;; 4) table=four ;; 5) table=broken ;; *) table=t$1 ;; esac
  echo "db/changes/$(time_id "$1")_$table.js"
}
tool_add() { printf 'exports.up = (knex) => knex.schema.createTable("%s", (table) => table.integer("id"));\nexports.down = (knex) => knex.schema.dropTable("%s");\n' "$2" "$2" >"$(tool_file "$1")"; }
tool_break() { printf 'exports.up = (knex) => knex.raw("select nothing_of_the_kind()");\nexports.down = () => {};\n' >"$(tool_file "$1")"; }
tool_make() { tool_knex migrate:make "$1"; }
tool_apply() { tool_knex migrate:latest; }
tool_status() {
  local out
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  awk '/Pending Migration/ { word = "pending" } /Completed Migration/ { word = "applied" } /^[0-9]+_/ { print word, $1 }' <<<"$out"
}

tool_more() {
  # Killed in the middle, Knex leaves its lock: it starts nothing then.
  psql -q "$DATABASE_URL" -c 'update steps_lock set is_locked = 1'
  is "locked: the state" '.sets[0].state' dirty
  refuses "locked: Knex refuses"
  tool_knex migrate:unlock >"$work/apply" 2>&1; ok $? "it unlocks" "$(cat "$work/apply")"
  agrees "unlocked"
  so "unlocked: the state" '.sets[0].state' current

  # Written as .ts, run as .js: to Knex another migration, and the row's file is gone.
  mv db/changes/20240101000001_one.js db/changes/20240101000001_one.ts
  is "another ending: explained" '.sets[0].explained[] | .id + " " + .kind' '20240101000001_one.js renamed'
  refuses "another ending: Knex refuses"
}
