# Liquibase 4.28: the jars of the npm package `liquibase`, run by Debian's Java. Each start costs seconds: few jars, a plain collector, and an archive
# of the classes that the first run has read.
tool_tracker=liquibase tool_out_of_order=applied tool_checksums=yes tool_missing=ignored tool_failed=pending tool_line_ends=ignored
liquibase_jars=$here/node_modules/liquibase/dist/liquibase/internal/lib
tool_here() { java -version 2>&1 && [ -e "$liquibase_jars/liquibase-core.jar" ]; }
tool_liquibase() { "${liquibase[@]}" "$@"; }
tool_begin() {
  local rest=${DATABASE_URL#postgresql://} user password address jars=$liquibase_jars/liquibase-core.jar name
  user=${rest%%:*} rest=${rest#*:} password=${rest%%@*} address=${rest#*@}
  for name in postgresql picocli snakeyaml commons-lang3 commons-io commons-text commons-collections4 opencsv jaxb-api jaxb-core jaxb-runtime; do
    jars=$jars:$liquibase_jars/$name.jar
  done
  local java=(java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xlog:disable)
  local main=(-cp "$jars" liquibase.integration.commandline.LiquibaseCommandLine --show-banner=false
    --url="jdbc:postgresql://$address" --username="$user" --password="$password" --changelog-file=db/changelog.yaml)
  liquibase=("${java[@]}" -XX:SharedArchiveFile="$work/liquibase.jsa" "${main[@]}")
  tool_shows=("${liquibase[@]}" status --verbose)
  mkdir -p db/changes
  printf 'databaseChangeLog:\n  - includeAll: {path: changes, relativeToChangelogFile: true}\n' >db/changelog.yaml
  tool_add 1 one
  "${java[@]}" -XX:ArchiveClassesAtExit="$work/liquibase.jsa" "${main[@]}" status
}
tool_id() { echo "$(tool_file "$1")::$1::ann"; }
tool_file() {
  case $1 in
    1) echo db/changes/1_one.sql ;; 2) echo db/changes/2_two.xml ;; 3) echo db/changes/3_three.yaml ;;
    4) echo db/changes/4_four.json ;; *) echo "db/changes/$1_broken.sql" ;;
  esac
}
tool_add() { # XML, SQL, YAML and JSON in turn
  case $1 in
    2) printf '<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">\n  <changeSet id="2" author="ann">\n    <sql>create table %s (id int)</sql>\n  </changeSet>\n</databaseChangeLog>\n' "$2" >"db/changes/$1_$2.xml" ;;
    3) printf 'databaseChangeLog:\n  - changeSet:\n      id: 3\n      author: ann\n      changes:\n        - createTable:\n            tableName: %s\n            columns:\n              - column: {name: id, type: int}\n' "$2" >"db/changes/$1_$2.yaml" ;;
    4) printf '{"databaseChangeLog": [{"changeSet": {"id": "4", "author": "ann", "changes": [{"sql": {"sql": "create table %s (id int)"}}]}}]}\n' "$2" >"db/changes/$1_$2.json" ;;
    *) printf -- '--liquibase formatted sql\n--changeset ann:%s\n--comment a table\ncreate table %s (id int);\n--rollback drop table %s;\n' "$1" "$2" "$2" >"db/changes/$1_$2.sql" ;;
  esac
}
tool_break() { printf -- '--liquibase formatted sql\n--changeset ann:%s\nselect nothing_of_the_kind();\n' "$1" >"db/changes/$1_broken.sql"; }
tool_apply() { tool_liquibase update; }
# Applied is what its own table holds of the files that are there: `history` prints one line a change set, but starts the virtual machine once more.
tool_status() {
  local path
  "${tool_shows[@]}" 2>/dev/null | sed -n 's/^ *\(db\/changes\/.*::.*::ann\)$/pending \1/p'
  psql -qAt "$DATABASE_URL" -c 'select filename from databasechangelog' 2>/dev/null | while read -r path; do [ ! -e "$path" ] || echo "applied $path"; done
}
