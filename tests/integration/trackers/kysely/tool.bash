# Kysely: its Migrator. What it lists says nothing of order; what it refuses, it refuses when it is to run.
tool_tracker=kysely tool_out_of_order=refused tool_checksums=no tool_missing=refused tool_failed=pending
tool_here() { npm_packages kysely pg; }
tool_begin() {
  node_project
  mkdir -p src/migrations
  tool_shows=(node "$here/kysely/migrate.mjs" status src/migrations)
}
tool_id() { basename "$(tool_file "$1")" .mjs; }
tool_file() {
  local table
  case $1 in 1) table=one ;; 2) table=two ;; 3) table=three ;; 4) table=four ;; 5) table=broken ;; *) table=t$1 ;; esac
  printf 'src/migrations/%04d_%s.mjs\n' "$1" "$table"
}
tool_add() { printf 'import { sql } from "kysely";\n\nexport async function up(db) {\n  await db.schema.createTable("%s").addColumn("id", "integer").execute();\n  await sql`select 1`.execute(db);\n}\n\nexport async function down(db) {\n  await db.schema.dropTable("%s").execute();\n}\n' "$2" "$2" >"$(tool_file "$1")"; }
tool_break() { printf 'import { sql } from "kysely";\n\nexport async function up(db) {\n  await sql`select nothing_of_the_kind()`.execute(db);\n}\n' >"$(tool_file "$1")"; }
tool_apply() { node "$here/kysely/migrate.mjs" latest src/migrations; }
tool_status() { "${tool_shows[@]}"; }
