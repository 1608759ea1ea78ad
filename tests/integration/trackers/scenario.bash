#!/usr/bin/env bash
# scenario.bash TOOL: one tool from an empty project to an edited and a failed migration. TOOL/tool.bash defines:
#
#   tool_here            0 when the tool can run on this machine; prints why not otherwise
#   tool_begin           makes the project in $PWD ($DATABASE_URL is an empty database of its own)
#   tool_add N TABLE     writes migration N (1 to 9, the tool's order), which makes TABLE
#   tool_break N         writes migration N, which fails
#   tool_file N          the file of migration N
#   tool_id N            its id as hookcheck and the tool's table have it
#   tool_apply           applies what is pending; its status is the tool's
#   tool_pending         ids of what the tool itself calls pending, one a line; fails when the tool refuses to say
#   tool_applied         … and applied (those with a file)
#   tool_out_of_order    applied | refused | skipped
#   tool_checksums       yes | no
#   tool_line_ends       noted (the default) | ignored: checksums that do not depend on them
#   tool_missing         ignored | refused: what the tool does about a row without a file
#   tool_failed          pending | dirty: what a failed migration is to the tool
#   tool_tracker         our name for it
#   tool_own             … in place of what follows the second migration
#   tool_more            what this tool alone can do, after all the rest; may be left out
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tool=$1
hookcheck=$HOOKCHECK_BIN_DIR/hookcheck
PATH=$here/node_modules/.bin:$PATH
work=$(mktemp -d)
database=trackers_$$_${tool//[^a-z0-9]/_}
trap 'psql -q "$HOOKCHECK_TEST_POSTGRES" -c "drop database if exists $database with (force)" >/dev/null 2>&1; rm -rf "$work"' EXIT

ok() { # STATUS NAME [DETAIL]
  if [ "$1" = 0 ]; then echo "ok - $tool: $2"; else echo "not ok - $tool: $2"; printf '%s\n' "${3:-}" | head -n 30 | sed 's/^/  # /'; fi
}

. "$here/$tool/tool.bash"
if ! why=$(tool_here); then ok 1 "the tool is here" "$why"; exit 0; fi
psql -q "$HOOKCHECK_TEST_POSTGRES" -c "create database $database" || exit 1
export DATABASE_URL=${HOOKCHECK_TEST_POSTGRES%/*}/$database
export HOOKCHECK_DATABASE_URL=$DATABASE_URL
mkdir "$work/project" && cd "$work/project" || exit 1
git init -q
tool_begin >"$work/begin" 2>&1 || { ok 1 "the project is made" "$(cat "$work/begin")"; exit 0; }

ours() { # FILTER: of the only set
  "$hookcheck" status --json >"$work/status" 2>"$work/errors"
  jq -er '.sets | length == 1' "$work/status" >/dev/null || { cat "$work/status" "$work/errors"; return 1; }
  jq -r "$1" "$work/status"
}


# agrees NAME: pending (those that are never applied are pending to no tool's status but to some) and applied are the tool's.
agrees() {
  local theirs mine count
  theirs=$(tool_pending 2>&1 | sort)
  mine=$(ours '.sets[0] | (.pending + .never_applied)[].id' | sort)
  [ "$theirs" = "$mine" ]
  ok $? "$1: pending" "the tool says:
$theirs
we say:
$mine
$(cat "$work/status")"
  theirs=$(tool_applied 2>&1 | grep -c .)
  count=$(ours '.sets[0].applied')
  [ "$theirs" = "$count" ]
  ok $? "$1: applied" "the tool says $theirs, we say $count
$(cat "$work/status")"
}
is() { # NAME FILTER WANTED
  local got
  got=$(ours "$2")
  [ "$got" = "$3" ]
  ok $? "$1" "got:
$got
wanted:
$3
$(cat "$work/status")"
}
apply() { tool_apply >"$work/apply" 2>&1; }

tool_add 1 one && tool_add 2 two || exit 1
git add -A && git commit -qm first
is "it is recognised" '.sets[0].tracker' "$tool_tracker"
agrees "before"
is "before: the state" '.sets[0].state' pending
apply; ok $? "it applies" "$(cat "$work/apply")"
agrees "after"
is "after: the state" '.sets[0].state' current
is "after: the version" '.database_version' "$(tool_id 2)"

tool_add 4 four
agrees "between"
apply; ok $? "it applies the next" "$(cat "$work/apply")"

if declare -F tool_own >/dev/null; then tool_own; exit 0; fi

tool_add 3 three
case $tool_out_of_order in
  applied)
    agrees "out of order"
    is "out of order: it will be applied" '.sets[0].pending[].id' "$(tool_id 3)"
    apply; ok $? "it applies the older one" "$(cat "$work/apply")"
    agrees "out of order, applied" ;;
  refused)
    is "out of order: refused" '.sets[0].out_of_order[].id' "$(tool_id 3)"
    apply; [ $? != 0 ]; ok $? "it refuses the older one" "$(cat "$work/apply")"
    rm -rf "$(tool_file 3)" ;;
  skipped)
    is "out of order: never applied" '.sets[0].never_applied[].id' "$(tool_id 3)"
    is "out of order: the reason" '[.reasons[].code] | index("never-applied") != null' true
    apply
    is "out of order: still never applied" '.sets[0].never_applied[].id' "$(tool_id 3)"
    rm -rf "$(tool_file 3)" ;;
esac
git add -A && git commit -qm third

file=$(tool_file 2)
mv "$file" "$work/kept"
is "deleted: the row is unknown" '.sets[0].unknown[].id' "$(tool_id 2)"
is "deleted: it is on a branch" '.sets[0].unknown[].kind' elsewhere
if [ "$tool_missing" = ignored ]; then agrees "deleted"; else tool_pending >/dev/null 2>&1; [ $? != 0 ]; ok $? "deleted: the tool refuses to work"; fi
mv "$work/kept" "$file"
agrees "restored"

edited=$(tool_file 1)
[ ! -d "$edited" ] || edited=$(find "$edited" -type f | sort | head -n 1)
cp "$edited" "$work/kept"
printf '\n-- edited\n' >>"$edited"
if [ "$tool_checksums" = yes ]; then
  is "edited: it is diverged" '.sets[0].diverged[].id' "$(tool_id 1)"
  is "edited: the reason" '[.reasons[].code] | index("diverged-migration") != null' true
else
  is "edited: nothing can tell" '.sets[0].diverged | length' 0
fi
cp "$work/kept" "$edited"
if [ "$tool_checksums" = yes ]; then
  sed 's/$/\r/' "$work/kept" >"$edited"
  if [ "${tool_line_ends:-noted}" = noted ]; then noted=1; else noted=0; fi
  is "other line ends are no edit" '.sets[0] | (.diverged | length), (.notes | map(select(contains("line ends"))) | length)' $'0\n'"$noted"
  cp "$work/kept" "$edited"
fi

tool_break 5
apply; [ $? != 0 ]; ok $? "the broken one fails" "$(cat "$work/apply")"
if [ "$tool_failed" = pending ]; then
  agrees "failed"
else
  is "failed: it is dirty" '.sets[0].dirty[].id' "$(tool_id 5)"
  is "failed: the reason" '[.reasons[].code] | index("dirty-migration") != null' true
fi

if declare -F tool_more >/dev/null; then tool_more; fi
