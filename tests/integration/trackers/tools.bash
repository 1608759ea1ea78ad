# tools.bash: what every TOOL/tool.bash may use. $here is this folder. Sourced by scenario.bash and by tests/bench/run.

# Debian's psql is a script that looks for the server's version first: the program itself starts ten times as fast.
PATH=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV | head -n 1):$PATH
export NO_COLOR=1 NODE_NO_WARNINGS=1

# node_project: a project in $PWD that finds the installed packages, as one does where `npm install` ran.
node_project() {
  ln -s "${node_modules:-$here/node_modules}" node_modules
  echo node_modules >.gitignore
}
# npm_packages NAME...: each with its version; fails when one is missing.
npm_packages() {
  local name
  for name in "$@"; do jq -er '"\(.name) \(.version)"' "${node_modules:-$here/node_modules}/$name/package.json" || return 1; done
}
# time_id N: 14 digits, a time that begins with 2024-01-01 and ends with N.
time_id() { printf '202401010000%02d' "$1"; }
# rows_with_files QUERY PATTERN: "applied ID" for each id of QUERY for which PATTERN, with %s for the id, names a file that is there.
rows_with_files() {
  local id
  psql -qXAt "$DATABASE_URL" -c "$1" 2>/dev/null | while read -r id; do
    # shellcheck disable=SC2059
    compgen -G "$(printf "$2" "$id")" >/dev/null && echo "applied $id"
  done
  return 0
}
# on_a_copy COMMAND...: with a copy of the database, which is gone afterwards: what a tool without a status would do, it does there.
on_a_copy() {
  local copy=${DATABASE_URL##*/}_copy status
  psql -qX "$HOOKCHECK_TEST_POSTGRES" -c "create database $copy template ${DATABASE_URL##*/}" || return 1
  DATABASE_URL=${DATABASE_URL%/*}/$copy "$@"
  status=$?
  psql -qX "$HOOKCHECK_TEST_POSTGRES" -c "drop database $copy with (force)" || return 1
  return $status
}
