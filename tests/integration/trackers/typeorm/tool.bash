# TypeORM: its own program and a data source; the packages are those of typescript_oracle.
tool_tracker=typeorm tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
node_modules=$here/../typescript_oracle/node_modules
tool_here() { npm_packages typeorm pg reflect-metadata; }
tool_typeorm() { node node_modules/typeorm/cli.js "$@"; }
tool_begin() {
  node_project
  mkdir -p src/steps
  printf '{"name": "shop", "dependencies": {"typeorm": "*"}}\n' >package.json
  printf 'require("reflect-metadata");\nconst { DataSource } = require("typeorm");\n\nmodule.exports = new DataSource({\n  type: "postgres",\n  url: process.env.DATABASE_URL,\n  migrations: ["src/steps/*.js"],\n  migrationsTableName: "steps_done",\n});\n' >data-source.js
  tool_shows=(node node_modules/typeorm/cli.js migration:show -d data-source.js)
}
name() { case $1 in 1) echo One ;; 2) echo Two ;; 3) echo Three ;; 4) echo Four ;; 5) echo Broken ;; *) echo "T$1" ;; esac; }
# The file's name says nothing: 4 comes first by it.
tool_file() { case $1 in 4) echo src/steps/0-four.js ;; *) echo "src/steps/17040672000$(printf %02d "$1")-$(name "$1").js" ;; esac; }
tool_id() { echo "$(name "$1")17040672000$(printf %02d "$1")"; }
step() { # N STATEMENT: migration 2 names itself
  local class=$(tool_id "$1") own=
  [ "$1" != 2 ] || { class=Second; own="  name = '$(tool_id 2)';"$'\n'; }
  printf "/** @typedef {import('typeorm').MigrationInterface} MigrationInterface */\n\n/** @implements {MigrationInterface} */\nmodule.exports.%s = class %s {\n%s  async up(queryRunner) {\n    await queryRunner.query('%s');\n  }\n\n  async down() {}\n};\n" \
    "$class" "$class" "$own" "$2" >"$(tool_file "$1")"
}
tool_add() { step "$1" "create table $2 (id int)"; }
tool_break() { step "$1" 'select nothing_of_the_kind()'; }
tool_make() { tool_typeorm migration:create -o "src/steps/$1"; }
tool_apply() { tool_typeorm migration:run -d data-source.js; }
tool_status() {
  local out
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  sed -n 's/^ *\[ \] \(.*\)/pending \1/p; s/^ *\[X\] *[0-9]* \(.*\)/applied \1/p' <<<"$out"
}
