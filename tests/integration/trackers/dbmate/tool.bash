# dbmate: the program of its npm package for this platform. (The package dbmate itself names one for each platform, and a lock file made on one
# does not hold the others.)
tool_tracker=dbmate tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
dbmate=$(echo "$here"/node_modules/@dbmate/linux-*/bin/dbmate)
tool_here() { "$dbmate" --version; }
tool_dbmate() { "$dbmate" --no-dump-schema --url "$DATABASE_URL?sslmode=disable" "$@"; }
tool_begin() { mkdir -p db/migrations && tool_shows=("$dbmate" --url "$DATABASE_URL?sslmode=disable" status); }
tool_id() { time_id "$1"; }
tool_file() { echo db/migrations/"$(tool_id "$1")"_*.sql; }
tool_add() { printf -- '-- migrate:up\ncreate table %s (id int);\n-- migrate:down\ndrop table %s;\n' "$2" "$2" >"db/migrations/$(tool_id "$1")_$2.sql"; }
tool_break() { printf -- '-- migrate:up\nselect nothing_of_the_kind();\n' >"db/migrations/$(tool_id "$1")_broken.sql"; }
tool_make() { tool_dbmate new "$1"; }
tool_apply() { tool_dbmate up; }
tool_status() { "${tool_shows[@]}" | sed -n 's/^\[ \] \([0-9]*\)_.*/pending \1/p; s/^\[X\] \([0-9]*\)_.*/applied \1/p'; }

tool_more() {
  echo 'DBMATE_STRICT=true' >.env
  tool_add 7 seven
  is "strict, out of order: refused" '.sets[0].out_of_order[].id' "$(tool_id 7)"
  refuses "strict, out of order: dbmate refuses"
  rm .env
  agrees "not strict"
  so "not strict: it will be applied" '.sets[0] | (.pending[].id, (.out_of_order | length))' "$(tool_id 7)"$'\n0'
}
