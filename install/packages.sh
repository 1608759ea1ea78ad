# packages.sh -- which packages hookcheck needs, and how to install the missing ones. Sourced by install/quickstart and tests/run.
# Debian 12 and Ubuntu 24.04 names; each list says what it is for (README, "Dependencies").

packages_build=(
  build-essential cmake ninja-build pkg-config
  libpcre2-dev libcjson-dev libmd-dev        # the hook that runs before every command
  libpq-dev libsqlite3-dev libgit2-dev       # what the database says, what git says
  libmariadb-dev                             # MySQL and MariaDB; a build without it says that it has none
  libdeflate-dev                             # git's objects, CRC-32 of migrations
  libpg-query-dev libprotobuf-c-dev          # SQL
  scdoc                                      # man pages
  libexpat1-dev libyaml-dev                  # change logs in XML and YAML
  git ca-certificates
)
packages_demo=(sqlite3)
packages_test=(
  libcriterion-dev                           # unit tests
  bats jq python3 python3-jsonschema python3-yaml # end-to-end tests
  postgresql postgresql-client pgbouncer sqlite3 # the real databases, and a pooler before one
  mariadb-server-core mariadb-client-core openssl # the programs alone: no service is set up
  alembic python3-sqlalchemy python3-django python3-psycopg2 # the tools whose answers ours must equal
  ruby-activerecord ruby-pg                  # and another
  sqitch libdbd-pg-perl python3-flask-migrate yoyo sql-migrate # … and more of them
  default-jre-headless                       # a Java for Liquibase, whose jars come by npm
  pre-commit git-lfs                         # the hook managers beside which ours is installed
  shfmt dash                                 # oracles of the shell parser
  clang-format-14 clang-tidy-14
)

say() { printf '%s\n' "$*" >&2; }

# run_as_root COMMAND...: directly as root, else through sudo.
run_as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    say "this step needs root and there is no sudo; run as root: $*"
    return 1
  fi
}

# install_packages NAME...: only those that are missing; says which.
install_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || {
    say "missing: ${missing[*]}"
    say "this script installs packages with apt-get (Debian 12, Ubuntu 24.04); on other systems install them by hand"
    return 1
  }
  say "installing packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { run_as_root apt-get update && run_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "apt-get could not install them"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# install_npm: the npm client, for the grammars; any version that is there already will do.
install_npm() {
  command -v npm >/dev/null 2>&1 || install_packages npm
}

# install_locked ROOT FOLDER: the npm packages of FOLDER's lock file, those versions, no scripts run.
install_locked() {
  local directory=$1/$2
  if [ -f "$directory/node_modules/.package-lock.json" ] && [ ! "$directory/package-lock.json" -nt "$directory/node_modules/.package-lock.json" ]; then
    return 0
  fi
  install_npm || return 1
  say "installing the packages of $2/package-lock.json"
  (cd "$directory" && npm ci --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error) >&2
}

# install_grammars ROOT: the tree-sitter grammars.
install_grammars() { install_locked "$1" install/grammars; }

# install_test_tools ROOT: the tools with which answers of ours are compared, and beside which ours is installed.
install_test_tools() {
  local lock
  for lock in "$1"/tests/integration/*/package-lock.json; do
    lock=${lock#"$1"/}
    install_locked "$1" "${lock%/*}" || return 1
  done
}
