# Sqitch: ids are computed from the lines of the plan, so they are asked from the tool. Its migration N is the change tN_TABLE.
tool_tracker=sqitch tool_out_of_order=none tool_checksums=yes tool_missing=own tool_failed=dirty
export SQITCH_FULLNAME='Ada Lovelace' SQITCH_EMAIL=ada@example.org TZ=UTC
tool_here() { sqitch --version && perl -MDBD::Pg -e 1; }
target() { echo "db:pg:${DATABASE_URL#postgresql:}"; }
tool_begin() {
  mkdir -p db
  printf '[core]\n\tengine = pg\n\ttop_dir = db\n[engine "pg"]\n\tregistry = ledger\n' >sqitch.conf
  printf '%%syntax-version=1.0.0\n%%project=shop\n%%uri=https://Example.org/Shop\n\n' >db/sqitch.plan
  mkdir -p db/deploy db/revert db/verify
  tool_shows=(sqitch status "$(target)")
}
line() { # N NAME [DEPENDENCIES] [NOTE]
  printf '%s %s2024-01-01T10:00:%02dZ Ada Lovelace <ada@example.org>%s\n' "$2" "${3:+[$3] }" "$1" "${4:+ # $4}" >>db/sqitch.plan
}
script() { printf -- 'BEGIN;\n%s;\nCOMMIT;\n' "$2" >"db/deploy/$1.sql"; printf 'BEGIN;\nCOMMIT;\n' >"db/revert/$1.sql"; }
tool_file() { ls db/deploy/t"$1"_*.sql 2>/dev/null; }
tool_add() { line "$1" "t$1_$2" '' "makes $2"; script "t$1_$2" "create table $2 (id int)"; }
tool_break() { line "$1" "t$1_broken" '' broken; script "t$1_broken" 'select nothing_of_the_kind()'; }
planned() { # kept as long as the plan is as it was
  cmp -s db/sqitch.plan "$work/planned.of" ||
    { sqitch plan --no-headers --format 'format:%H %n' | sed 's/^- //' >"$work/planned" && cp db/sqitch.plan "$work/planned.of"; }
  cat "$work/planned"
}
tool_id() { planned | awk -v name="^t$1_" '$2 ~ name { print $1 }' | tail -n 1; }
tool_apply() { sqitch deploy "$(target)"; }
# Those that the tool calls undeployed, by name and number from the end: a name may stand twice.
tool_status() {
  local out count
  out=$("${tool_shows[@]}" 2>&1)
  case $?:$out in 0:*) ;; 1:* | *"not been initialized"*) planned | sed 's/^\([^ ]*\).*/pending \1/'; return ;; *) echo "$out"; return 2 ;; esac
  count=$(grep -c '^  \* ' <<<"$out")
  planned | cut -d' ' -f1 | tail -n "$count" | sed 's/^/pending /'
  psql -qtA "$DATABASE_URL" -c "select 'applied ' || change_id from ledger.changes"
}

tool_own() {
  local first second fourth
  second=$(tool_id 2)
  # A change of a plan has the id that every line before it gives: put in or edited in the middle, the rest is another plan to Sqitch.
  cp db/sqitch.plan "$work/plan"
  sed -i '/^t2_two /i t3_three 2024-01-01T10:00:03Z Ada Lovelace <ada@example.org>' db/sqitch.plan
  script t3_three 'create table three (id int)'
  is "put in before: what was applied is another plan's" '.sets[0].diverged | map(.recorded) | index("'"$second"'") != null' true
  so "put in before: the state" '.sets[0].state' indeterminate
  tool_status >"$work/apply"; [ $? = 2 ]; ok $? "put in before: Sqitch refuses" "$(cat "$work/apply")"
  cp "$work/plan" db/sqitch.plan
  agrees "restored"
  git add -A && git commit -qm first
  fourth=$(tool_id 4)
  sed -i '/^t4_four /d' db/sqitch.plan
  is "deleted from the plan: unknown" '.sets[0].unknown[] | .id + " " + .kind' "$fourth elsewhere"
  tool_status >"$work/apply"; [ $? = 2 ]; ok $? "deleted from the plan: Sqitch refuses" "$(cat "$work/apply")"
  cp "$work/plan" db/sqitch.plan

  first=$(tool_id 1)
  printf -- '-- edited\n' >>db/deploy/t1_one.sql
  is "edited script: diverged" '.sets[0].diverged[] | .id + " " + .what' "$first checksum"
  git checkout -q db/deploy/t1_one.sql

  tool_break 5
  apply; [ $? != 0 ]; ok $? "the broken one fails" "$(cat "$work/apply")"
  agrees "failed"
  so "failed: it is dirty too" '.sets[0] | .state + " " + .dirty[].id' "dirty $(tool_id 5)"
  script t5_broken 'create table five (id int)'
  apply; ok $? "mended, it is deployed" "$(cat "$work/apply")"
  is "mended: the state" '.sets[0] | .state + " " + (.dirty | length | tostring)' 'current 0'

  # Reworked: one name twice, the older script under the tag's name.
  echo '@v1 2024-01-01T10:00:06Z Ada Lovelace <ada@example.org> # first release' >>db/sqitch.plan
  line 7 t1_one t1_one@v1 'again, with a \\ and\na second line'
  for kind in deploy revert; do cp "db/$kind/t1_one.sql" "db/$kind/t1_one@v1.sql"; done
  script t1_one 'alter table one add column more int'
  agrees "reworked"
  so "reworked: the older script is the tag's" '.sets[0] | (.diverged | length), .pending[].file' $'0\ndb/deploy/t1_one.sql'
  apply; ok $? "reworked: deployed" "$(cat "$work/apply")"
  agrees "reworked, deployed"
  so "reworked, deployed: the state" '.sets[0].state' current
  so "the version" '.database_version == .code_version' true

  "$hookcheck" init --print | grep -v '^ *//' | jq -e '.migrations | to_entries | length == 1 and .[0].value.tracker == "sqitch" and .[0].value.versions == ["db"]' >"$work/init" 2>&1
  ok $? "init names the plan's directory" "$("$hookcheck" init --print)"
}
