# Sqitch: ids are computed from the lines of the plan, so they are asked from the tool. Its migration N is the change tN_TABLE.
tool_tracker=sqitch tool_out_of_order=none tool_checksums=yes tool_missing=own tool_failed=dirty
export SQITCH_FULLNAME='Ada Lovelace' SQITCH_EMAIL=ada@example.org SQITCH_USERNAME=ada TZ=UTC
tool_here() { sqitch --version && perl -MDBD::Pg -e 1; }
target() { echo "db:pg:${DATABASE_URL#postgresql:}"; }
tool_begin() {
  mkdir -p db
  printf '[core]\n\tengine = pg\n\ttop_dir = db\n[engine "pg"]\n\tregistry = ledger\n' >sqitch.conf
  printf '%%syntax-version=1.0.0\n%%project=shop\n%%uri=https://Example.org/Shop\n\n' >db/sqitch.plan
  mkdir -p db/deploy db/revert db/verify
}
line() { # N NAME [DEPENDENCIES] [NOTE]
  printf '%s %s2024-01-0%sT10:00:00Z Ada Lovelace <ada@example.org>%s\n' "$2" "${3:+[$3] }" "$1" "${4:+ # $4}" >>db/sqitch.plan
}
script() { printf -- 'BEGIN;\n%s;\nCOMMIT;\n' "$2" >"db/deploy/$1.sql"; printf 'BEGIN;\nCOMMIT;\n' >"db/revert/$1.sql"; }
tool_file() { ls db/deploy/t"$1"_*.sql 2>/dev/null; }
tool_add() { line "$1" "t$1_$2" '' "makes $2"; script "t$1_$2" "create table $2 (id int)"; }
tool_break() { line "$1" "t$1_broken" '' broken; script "t$1_broken" 'select nothing_of_the_kind()'; }
planned() { sqitch plan --no-headers --format 'format:%H %n' | sed 's/^- //'; }
tool_id() { planned | awk -v name="^t$1_" '$2 ~ name { print $1 }' | tail -n 1; }
tool_apply() { sqitch deploy "$(target)"; }
# Those that the tool calls undeployed, by name and number from the end: a name may stand twice.
tool_pending() {
  local out count
  out=$(sqitch status "$(target)" 2>&1)
  case $? in 0) ;; 1) planned | cut -d' ' -f1; return ;; *) echo "$out"; return 2 ;; esac
  count=$(grep -c '^  \* ' <<<"$out")
  planned | cut -d' ' -f1 | tail -n "$count"
}
tool_applied() { psql -qtA "$DATABASE_URL" -c 'select change_id from ledger.changes' 2>/dev/null; }
