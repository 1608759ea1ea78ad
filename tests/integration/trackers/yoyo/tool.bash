# yoyo: SQL and Python steps in one directory.
tool_tracker=yoyo tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
tool_here() { yoyo --help && /usr/bin/python3 -c 'import psycopg2'; }
tool_begin() {
  mkdir -p db/steps
  printf '[DEFAULT]\nsources = db/steps\ndatabase = %s\nbatch_mode = on\nverbosity = 0\n' "$DATABASE_URL" >yoyo.ini
  tool_shows=(yoyo list)
}
name() { case $1 in 1) echo one ;; 2) echo two ;; 3) echo three ;; 4) echo four ;; 5) echo broken ;; *) echo "t$1" ;; esac; }
tool_id() { printf '%04d.%s\n' "$1" "$(name "$1")"; }
tool_file() { if [ "$1" = 2 ]; then echo "db/steps/$(tool_id 2).py"; else echo "db/steps/$(tool_id "$1").sql"; fi; }
tool_add() {
  case $1 in
    2) printf 'from yoyo import step\n\n__depends__ = {"0001.one"}\n\nsteps = [step("create table %s (id int)", "drop table %s")]\n' "$2" "$2" ;;
    *) printf -- '-- a table\n-- depends: \n\ncreate table %s (id int);\n' "$2" ;;
  esac >"$(tool_file "$1")"
}
tool_break() { printf -- '-- broken\n-- depends: 0004.four\n\nselect nothing_of_the_kind();\n' >"$(tool_file "$1")"; }
tool_make() { yoyo new --sql -m "$1"; }
tool_apply() { yoyo apply; }
tool_status() {
  local out
  out=$("${tool_shows[@]}") || { echo "$out"; return 1; }
  sed -n 's/^U  *\([^ ]*\) .*/pending \1/p; s/^A  *\([^ ]*\) .*/applied \1/p' <<<"$out"
}
