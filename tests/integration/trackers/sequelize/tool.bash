# Sequelize: its command line program, whose storage and order are umzug's, and a .sequelizerc.
tool_tracker=sequelize tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
tool_here() { npm_packages sequelize sequelize-cli umzug pg; }
tool_sequelize() { node node_modules/sequelize-cli/lib/sequelize "$@"; }
tool_begin() {
  node_project
  mkdir -p config db/steps
  printf '{"development": {"use_env_variable": "DATABASE_URL", "dialect": "postgres", "migrationStorageTableName": "Done"}}\n' >config/config.json
  printf 'const path = require("path");\n\nmodule.exports = {\n  "migrations-path": path.resolve("db", "steps"),\n};\n' >.sequelizerc
  tool_shows=(node node_modules/sequelize-cli/lib/sequelize db:migrate:status)
}
tool_id() { basename "$(tool_file "$1")"; }
tool_file() {
  local table
  case $1 in 1) table=one ;; 2) echo db/steps/20240101000002-two.cjs; return ;; 3) table=three ;; 4) table=four ;; 5) table=broken ;; *) table=t$1 ;; esac
  echo "db/steps/$(time_id "$1")-$table.js"
}
tool_add() {
  cat >"$(tool_file "$1")" <<END
'use strict';

module.exports = {
  up: (queryInterface, Sequelize) => queryInterface.createTable("$2", { id: { type: Sequelize.INTEGER, primaryKey: true } }),
  down: (queryInterface) => queryInterface.dropTable("$2"),
};
END
}
tool_break() { printf 'module.exports = { up: (queryInterface) => queryInterface.sequelize.query("select nothing_of_the_kind()"), down: async () => {} };\n' >"$(tool_file "$1")"; }
tool_make() { tool_sequelize migration:generate --name "$1"; }
tool_apply() { tool_sequelize db:migrate; }
# A row without a file is "up" as well, to be told from the others by that alone.
tool_status() {
  local out word name
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  while read -r word name; do
    case $word in down) echo "pending $name" ;; up) [ ! -e "db/steps/$name" ] || echo "applied $name" ;; esac
  done <<<"$out"
}
