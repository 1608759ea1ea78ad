# umzug 3 with a context, in a program of one's own: no sequelize-cli, no .sequelizerc.
tool_tracker=sequelize tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
tool_here() { npm_packages sequelize pg && npm_packages umzug-3; }
tool_begin() {
  node_project
  mkdir -p src/db/steps
  cat >src/db/umzug.js <<'END'
const { Umzug, SequelizeStorage } = require("umzug-3");
const { Sequelize } = require("sequelize");

const sequelize = new Sequelize(process.env.DATABASE_URL, { logging: false });
const umzug = new Umzug({
  migrations: { glob: ["steps/*.js", { cwd: __dirname }] },
  context: sequelize,
  storage: new SequelizeStorage({ sequelize, tableName: "steps_done" }),
  logger: undefined,
});

async function main(word) {
  if (word === "up") await umzug.up();
  for (const { name } of await umzug.pending()) console.log("pending " + name);
  for (const { name } of await umzug.executed()) console.log("applied " + name);
}
main(process.argv[2]).then(() => sequelize.close(), (error) => { console.error(error.message); process.exit(1); });
END
  tool_shows=(node src/db/umzug.js)
}
tool_id() { basename "$(tool_file "$1")"; }
tool_file() { printf 'src/db/steps/2024.01.01T00.00.%02d.step-%d.js' "$1" "$1"; }
# 1: as tsc writes it, 2: in an object, the others as a template of umzug has them.
tool_add() {
  local up="await db.getQueryInterface().createTable('$2', { id: { type: DataTypes.INTEGER, primaryKey: true } });"
  {
    printf "const { DataTypes } = require('sequelize');\n\n"
    case $1 in
      1) printf 'exports.up = up;\nasync function up({ context: db }) {\n    %s\n}\n' "$up" ;;
      2) printf 'module.exports = {\n  async up({ name, context: db }) {\n    %s\n  },\n};\n' "$up" ;;
      *) printf 'exports.up = async ({ context: db }) => {\n  %s\n};\nexports.down = async () => {};\n' "$up" ;;
    esac
  } >"$(tool_file "$1")"
}
tool_break() { printf "exports.up = async ({ context: sequelize }) => sequelize.query('select nothing_of_the_kind()');\n" >"$(tool_file "$1")"; }
tool_apply() { node src/db/umzug.js up; }
tool_status() { "${tool_shows[@]}"; }
