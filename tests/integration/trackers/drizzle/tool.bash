# Drizzle: drizzle-orm runs, drizzle-kit writes; the packages are those of typescript_oracle. It has no status: what it would run, it runs on a
# copy of the database.
tool_tracker=drizzle tool_out_of_order=skipped tool_checksums=yes tool_missing=ignored tool_failed=pending
node_modules=$here/../typescript_oracle/node_modules
tool_here() { npm_packages drizzle-orm drizzle-kit pg; }
tool_begin() {
  node_project
  mkdir -p db/out/meta
  printf 'export default { dialect: "postgresql", schema: "./db/schema.mjs", out: "./db/out", dbCredentials: { url: process.env.DATABASE_URL } };\n' >drizzle.config.js
  printf 'import { integer, pgTable } from "drizzle-orm/pg-core";\n\nexport const made = pgTable("made", { id: integer("id") });\n' >db/schema.mjs
  printf '{"version": "7", "dialect": "postgresql", "entries": []}\n' >db/out/meta/_journal.json
  tool_shows=(node "$here/drizzle/migrate.cjs" db/out)
}
tag() { # N
  local table
  case $1 in 1) table=one ;; 2) table=two ;; 3) table=three ;; 4) table=four ;; 5) table=broken ;; *) table=t$1 ;; esac
  printf '%04d_%s\n' "$1" "$table"
}
tool_id() { printf '17040672000%02d\n' "$1"; }
tool_file() { echo "db/out/$(tag "$1").sql"; }
# An entry of the journal and its script; the journal's order is that in which they came.
entry() { # N STATEMENT
  jq --arg tag "$(tag "$1")" --argjson when "$(tool_id "$1")" '.entries += [{idx: (.entries | length), version: "7", when: $when, tag: $tag, breakpoints: true}]' \
    db/out/meta/_journal.json >"$work/journal" && cp "$work/journal" db/out/meta/_journal.json
  printf '%s;\n' "$2" >"$(tool_file "$1")"
}
tool_add() { entry "$1" "CREATE TABLE \"$2\" (\"id\" integer)"; }
tool_break() { entry "$1" 'select nothing_of_the_kind()'; }
tool_mend() {
  rm "$(tool_file "$1")"
  jq 'del(.entries[-1])' db/out/meta/_journal.json >"$work/journal" && cp "$work/journal" db/out/meta/_journal.json
}
tool_make() { node node_modules/drizzle-kit/bin.cjs generate --name "$1"; }
tool_apply() { node "$here/drizzle/migrate.cjs" db/out; }
rows() { psql -qXAt "$DATABASE_URL" -c 'select created_at from drizzle.__drizzle_migrations' 2>/dev/null | sort; }
rows_after() { tool_apply >&2 && rows; }
tool_status() {
  local before after
  before=$(rows)
  after=$(on_a_copy rows_after) || return 1
  comm -13 <(echo "$before") <(echo "$after") | sed -n '/./s/^/pending /p'
  jq -r '.entries[].when' db/out/meta/_journal.json | sort | comm -12 - <(echo "$before") | sed 's/^/applied /'
}

tool_own() {
  # Written on an older branch: Drizzle ends well and has done nothing, which is all it ever says.
  tool_add 3 three
  is "out of order: never applied" '.sets[0].never_applied[].id' "$(tool_id 3)"
  so "out of order: the reason" '[.reasons[].code] | index("never-applied") != null' true
  applies "out of order: Drizzle says that all is well"
  is "out of order: still never applied" '.sets[0].never_applied[].id' "$(tool_id 3)"
  [ "$(psql -qXAt "$DATABASE_URL" -c "select to_regclass('three') is null")" = t ]; ok $? "out of order: its table is not there"
  tool_mend 3
  git add -A && git commit -qm third

  # Out of the journal: no migration to Drizzle, however the file lies there. A file that the journal names is read always.
  cp db/out/meta/_journal.json "$work/whole"
  jq 'del(.entries[] | select(.when == 1704067200002))' "$work/whole" >db/out/meta/_journal.json
  is "deleted: the row is unknown" '.sets[0].unknown[] | .id + " " + .kind' "$(tool_id 2) elsewhere"
  agrees "deleted"
  cp "$work/whole" db/out/meta/_journal.json
  mv "$(tool_file 2)" "$work/kept"
  refuses "the file alone deleted: Drizzle refuses"
  is "the file alone deleted: the state" '.sets[0].state == "current"' false
  mv "$work/kept" "$(tool_file 2)"
  agrees "restored"

  tool_edit "$(tool_file 1)"
  agrees "edited"
  so "edited: it is diverged" '.sets[0].diverged[].id' "$(tool_id 1)"
  git checkout -q db/out
  sed -i 's/$/\r/' "$(tool_file 1)"
  agrees "other line ends"
  so "other line ends: noted" '.sets[0] | (.diverged | length), (.notes | map(select(contains("line ends"))) | length)' $'0\n1'
  git checkout -q db/out

  tool_break 5
  refuses "the broken one fails"
  is "failed: it is pending" '.sets[0].pending[].id' "$(tool_id 5)"
  tool_mend 5
  agrees "mended"

  tool_make made >"$work/made" 2>&1; ok $? "drizzle-kit makes one" "$(cat "$work/made")"
  agrees "made by drizzle-kit"
  so "made by drizzle-kit: the state" '.sets[0] | .state, (.pending | length)' $'pending\n1'
  node node_modules/drizzle-kit/bin.cjs migrate >"$work/apply" 2>&1; ok $? "drizzle-kit applies it" "$(cat "$work/apply")"
  agrees "drizzle-kit, applied"
  so "drizzle-kit, applied: the state" '.sets[0].state' current
}
