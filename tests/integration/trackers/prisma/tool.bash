# Prisma Migrate: its program with the engine that the package holds; the packages are those of prisma_oracle.
tool_tracker=prisma tool_out_of_order=applied tool_checksums=yes tool_missing=ignored tool_failed=dirty
node_modules=$here/../prisma_oracle/node_modules
tool_here() { npm_packages prisma @prisma/adapter-pg; }
# Paths of engines that are not there: the one in the package is used, and none is looked for elsewhere.
export CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1 PRISMA_QUERY_ENGINE_LIBRARY=/bin/true PRISMA_SCHEMA_ENGINE_BINARY=/bin/true
tool_prisma() { node node_modules/prisma/build/index.js "$@"; }
tool_begin() {
  node_project
  mkdir -p prisma/migrations
  cp "$here/prisma/prisma.config.mjs" .
  printf 'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n\nmodel made {\n  id Int @id\n}\n' >prisma/schema.prisma
  printf 'provider = "postgresql"\n' >prisma/migrations/migration_lock.toml
  tool_shows=(node node_modules/prisma/build/index.js migrate status)
}
name() { case $1 in 1) echo one ;; 2) echo two ;; 3) echo three ;; 4) echo four ;; 5) echo broken ;; *) echo "t$1" ;; esac; }
tool_id() { echo "$(time_id "$1")_$(name "$1")"; }
tool_file() { echo "prisma/migrations/$(tool_id "$1")"; }
tool_add() { mkdir "$(tool_file "$1")" && printf -- '-- CreateTable\nCREATE TABLE "%s" ("id" INTEGER);\n' "$2" >"$(tool_file "$1")/migration.sql"; }
tool_break() { mkdir "$(tool_file "$1")" && printf 'select nothing_of_the_kind();\n' >"$(tool_file "$1")/migration.sql"; }
tool_mend() { tool_prisma migrate resolve --rolled-back "$(tool_id "$1")" && rm -r "$(tool_file "$1")"; }
# `migrate dev` asks at a terminal; this is the way without.
tool_make() {
  mkdir "prisma/migrations/20250101000000_$1" &&
    tool_prisma migrate diff --from-empty --to-schema-datamodel prisma/schema.prisma --script >"prisma/migrations/20250101000000_$1/migration.sql"
}
tool_apply() { tool_prisma migrate deploy; }
# Its status is 1 with pending ones as well; what it cannot say, it says as an error.
tool_status() {
  local out
  out=$("${tool_shows[@]}" 2>&1)
  grep -q 'migrations\? found in\|up to date\|not yet been applied' <<<"$out" || { echo "$out"; return 1; }
  sed -n '/not yet been applied/,/^\(To apply\|The migration\)/{/^[0-9]\{14\}_/s/^/pending /p}' <<<"$out"
  rows_with_files 'select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null' 'prisma/migrations/%s'
}

tool_more() {
  # Failed and said to be rolled back: to `status` all is well, but `deploy` runs it, which is what counts.
  tool_break 6
  refuses "another one fails"
  is "another one fails: the words of the database" '.sets[0].dirty[] | tostring | contains("nothing_of_the_kind")' true
  tool_prisma migrate resolve --rolled-back "$(tool_id 6)" >"$work/apply" 2>&1; ok $? "it is said to be rolled back" "$(cat "$work/apply")"
  is "rolled back: pending" '.sets[0] | .state + " " + .pending[].id' "pending $(tool_id 6)"
  printf 'select 1;\n' >"$(tool_file 6)/migration.sql"
  applies "rolled back: deploy runs it"
  agrees "rolled back, applied"
  so "rolled back, applied: the state" '.sets[0].state' current

  # Failed and said to be applied.
  tool_break 7
  apply
  tool_prisma migrate resolve --applied "$(tool_id 7)" >"$work/apply" 2>&1; ok $? "it is said to be applied" "$(cat "$work/apply")"
  agrees "said to be applied"
  so "said to be applied: the state" '.sets[0].state' current

  # A link that leads to a directory is no migration to it.
  mkdir linked
  printf 'create table linked (id int);\n' >linked/migration.sql
  ln -s ../../linked "prisma/migrations/$(time_id 8)_linked"
  agrees "a linked directory"
  so "a linked directory: the state" '.sets[0].state' current
  git add -A && git commit -qm linked
  "$hookcheck" status --json --at HEAD >"$work/at"
  [ "$(jq -c '.sets[0].pending' "$work/at")" = '[]' ]; ok $? "a linked directory, from a commit" "$(cat "$work/at")"
}
