# node-pg-migrate: JavaScript and SQL files. It has no status: `up --dry-run` names what it would run, and refuses what `up` would.
tool_tracker=node-pg-migrate tool_out_of_order=refused tool_checksums=no tool_missing=refused tool_failed=pending
tool_here() { npm_packages node-pg-migrate pg; }
pg_migrate() { node node_modules/node-pg-migrate/bin/node-pg-migrate.js "$@"; }
tool_begin() {
  node_project
  mkdir migrations
  printf '{"name": "shop", "dependencies": {"node-pg-migrate": "7.9.1"}}\n' >package.json
  tool_shows=(node node_modules/node-pg-migrate/bin/node-pg-migrate.js up --dry-run)
}
# Times since 1970, as `create` writes them.
tool_id() { basename "$(tool_file "$1")" | sed 's/\.[^.]*$//'; }
tool_file() {
  case $1 in 1) echo migrations/1704067200001_one.js ;; 2) echo migrations/1704067200002_two.sql ;; 3) echo migrations/1704067200003_three.js ;;
    4) echo migrations/1704067200004_four.js ;; 5) echo migrations/1704067200005_broken.js ;; *) printf 'migrations/17040672000%02d_t%s.js\n' "$1" "$1" ;; esac
}
tool_add() {
  case $1 in
    2) printf -- '-- Up Migration\ncreate table %s (id int);\n-- Down Migration\ndrop table %s;\n' "$2" "$2" ;;
    *) printf 'exports.shorthands = undefined;\n\nexports.up = (pgm) => {\n  pgm.createTable("%s", { id: "id" });\n};\n\nexports.down = (pgm) => {\n  pgm.dropTable("%s");\n};\n' "$2" "$2" ;;
  esac >"$(tool_file "$1")"
}
tool_break() { printf 'exports.up = (pgm) => {\n  pgm.sql("select nothing_of_the_kind()");\n};\n' >"$(tool_file "$1")"; }
tool_make() { pg_migrate create "$1"; }
tool_apply() { pg_migrate up; }
tool_status() {
  local out
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  sed -n 's/^> - /pending /p' <<<"$out"
  rows_with_files 'select name from pgmigrations' 'migrations/%s.*'
}

tool_more() {
  local stray
  for stray in README.md helpers.js notes; do
    echo '// nothing' >"migrations/$stray"
    refuses "stray $stray: it refuses"
    is "stray $stray: the state" '.sets[0].state' indeterminate
    rm "migrations/$stray"
  done
  touch migrations/.gitkeep
  agrees "a hidden file"
  so "a hidden file: the state" '.sets[0].state' current
}
