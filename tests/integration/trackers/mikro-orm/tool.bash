# MikroORM: its Migrator over umzug.
tool_tracker=mikro-orm tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
tool_here() { npm_packages @mikro-orm/migrations @mikro-orm/postgresql umzug; }
mikro_orm() { node "$here/mikro-orm/migrate.cjs" "$@"; }
tool_begin() {
  node_project
  mkdir -p src/migrations
  tool_shows=(node "$here/mikro-orm/migrate.cjs" status)
}
tool_id() { echo "Migration$(time_id "$1")"; }
tool_file() { echo "src/migrations/$(tool_id "$1").js"; }
step() { # N STATEMENT
  printf "'use strict';\nconst { Migration } = require('@mikro-orm/migrations');\n\nclass %s extends Migration {\n  async up() {\n    this.addSql('%s');\n  }\n}\nexports.%s = %s;\n" \
    "$(tool_id "$1")" "$2" "$(tool_id "$1")" "$(tool_id "$1")" >"$(tool_file "$1")"
}
tool_add() { step "$1" "create table $2 (id int)"; }
tool_break() { step "$1" 'select nothing_of_the_kind()'; }
tool_make() { mikro_orm create "$1"; }
tool_apply() { mikro_orm up; }
tool_status() { # executed ones are listed with those whose file is gone
  local out word name
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  while read -r word name; do
    [ "$word" = pending ] || [ -e "src/migrations/$name.js" ] || [ -z "$word" ] || continue
    [ -z "$word" ] || echo "$word $name"
  done <<<"$out"
}
