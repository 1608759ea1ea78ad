# sql-migrate: a program in Go, from Debian.
tool_tracker=sql-migrate tool_out_of_order=applied tool_checksums=no tool_missing=refused tool_failed=pending
tool_here() { command -v sql-migrate; }
tool_begin() {
  mkdir -p db/steps
  printf 'development:\n  dialect: postgres\n  datasource: %s?sslmode=disable\n  dir: db/steps\n  table: steps\n' "$DATABASE_URL" >dbconfig.yml
  tool_shows=(sql-migrate status)
}
name() { case $1 in 1) echo one ;; 2) echo two ;; 3) echo three ;; 4) echo four ;; 5) echo broken ;; *) echo "t$1" ;; esac; }
tool_id() { echo "$(time_id "$1")-$(name "$1").sql"; }
tool_file() { echo "db/steps/$(tool_id "$1")"; }
tool_add() { printf -- '-- +migrate Up\ncreate table %s (id int);\n\n-- +migrate Down\ndrop table %s;\n' "$2" "$2" >"$(tool_file "$1")"; }
tool_break() { printf -- '-- +migrate Up\nselect nothing_of_the_kind();\n' >"$(tool_file "$1")"; }
tool_make() { sql-migrate new "$1"; }
tool_apply() { sql-migrate up; }
tool_status() {
  local out
  out=$("${tool_shows[@]}" 2>&1) || { echo "$out"; return 1; }
  grep -q MIGRATION <<<"$out" || { echo "$out"; return 1; }
  sed -n 's/^| \([0-9][^ ]*\) *| no .*/pending \1/p; s/^| \([0-9][^ ]*\) *| 2.*/applied \1/p' <<<"$out"
}
