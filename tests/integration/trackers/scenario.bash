#!/usr/bin/env bash
# scenario.bash TOOL: one tool from an empty project to an edited and a failed migration. TOOL/tool.bash defines:
#
#   tool_here            0 when the tool can run on this machine; prints why not otherwise
#   tool_begin           makes the project in $PWD ($DATABASE_URL is an empty database of its own) and sets tool_shows, an array of
#                        words: the tool's command that tells its state, or where it has none, a run that finds nothing to do
#   tool_add N TABLE     writes migration N (1 to 59, the tool's order), which makes TABLE
#   tool_break N         writes migration N, which fails
#   tool_file N          the file of migration N
#   tool_id N            its id as hookcheck and the tool's table have it
#   tool_apply           applies what is pending; its status is the tool's
#   tool_status          what the tool itself says of each migration that has a file, one a line: "pending ID" or "applied ID"; fails when
#                        the tool refuses to say
#   tool_make NAME       the tool's own command for a new migration; left out where it has none, or where tool_more makes some
#   tool_edit FILE       changes what FILE says; by default a comment is put behind it
#   tool_out_of_order    applied | refused | skipped
#   tool_checksums       yes | no
#   tool_edited          what the tool does about an edited migration: ignored (the default) | refused
#   tool_line_ends       noted (the default) | ignored (checksums that do not depend on them) | edited (the tool takes them for an edit)
#   tool_missing         ignored | refused: what the tool does about a row without a file
#   tool_failed          pending | dirty: what a failed migration is to the tool
#   tool_mend N          takes the broken migration N out again; by default its file is removed
#   tool_end             removes what it made beside the project and its database; may be left out
#   tool_tracker         our name for it
#   tool_own             … in place of what follows the second migration
#   tool_more            what this tool alone can do, after all the rest; may be left out
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tool=$1
. "$here/tools.bash"
hookcheck=$HOOKCHECK_BIN_DIR/hookcheck
work=$(mktemp -d)
database=trackers_$$_${tool//[^a-z0-9]/_}
trap 'tool_end >/dev/null 2>&1; psql -q "$HOOKCHECK_TEST_POSTGRES" -c "drop database if exists $database with (force)" >/dev/null 2>&1; rm -rf "$work"' EXIT

ok() { # STATUS NAME [DETAIL]
  if [ "$1" = 0 ]; then echo "ok - $tool: $2"; else echo "not ok - $tool: $2"; printf '%s\n' "${3:-}" | head -n 30 | sed 's/^/  # /'; fi
}

tool_line_ends=noted tool_edited=ignored
tool_end() { :; }
tool_edit() {
  case $1 in *.sql) printf '\n-- edited\n' ;; *.rb | *.py) printf '\n# edited\n' ;; *) printf '\n// edited\n' ;; esac >>"$1"
}
tool_mend() { rm -rf "$(tool_file "$1")"; }
. "$here/$tool/tool.bash"
if ! why=$(tool_here 2>&1); then ok 1 "the tool is here" "$why"; exit 0; fi
psql -q "$HOOKCHECK_TEST_POSTGRES" -c "create database $database" || exit 1
export DATABASE_URL=${HOOKCHECK_TEST_POSTGRES%/*}/$database
export HOOKCHECK_DATABASE_URL=$DATABASE_URL
mkdir "$work/project" && cd "$work/project" || exit 1
git init -q
tool_begin >"$work/begin" 2>&1 || { ok 1 "the project is made" "$(cat "$work/begin")"; exit 0; }

look() { "$hookcheck" status --json >"$work/status" 2>"$work/errors"; }
seen() { # FILTER: of the only set, as it was when we looked last
  jq -r "if (.sets | length) == 1 then ($1) else error(\"not one set\") end" "$work/status" 2>>"$work/errors" || { cat "$work/status" "$work/errors"; return 1; }
}
ours() { look; seen "$1"; }

# agrees NAME: pending (those that are never applied are pending to no tool's status but to some) and applied are the tool's.
agrees() {
  local theirs mine count
  if ! tool_status >"$work/theirs" 2>"$work/refusal"; then
    ok 1 "$1: the tool says" "$(cat "$work/theirs" "$work/refusal")"
    return
  fi
  look
  theirs=$(sed -n 's/^pending //p' "$work/theirs" | sort)
  mine=$(seen '.sets[0] | (.pending + .never_applied)[].id' | sort)
  [ "$theirs" = "$mine" ]
  ok $? "$1: pending" "the tool says:
$theirs
we say:
$mine
$(cat "$work/refusal" "$work/status")"
  theirs=$(grep -c '^applied ' "$work/theirs")
  count=$(jq -r '.sets[0].applied' "$work/status")
  [ "$theirs" = "$count" ]
  ok $? "$1: applied" "the tool says $theirs, we say $count
$(cat "$work/theirs" "$work/refusal" "$work/status")"
}
# is NAME FILTER WANTED: looks again; `so` asks what was seen already, where nothing has happened since.
is() {
  look
  so "$@"
}
so() {
  local got
  got=$(seen "$2")
  [ "$got" = "$3" ]
  ok $? "$1" "got:
$got
wanted:
$3
$(cat "$work/status")"
}
apply() { tool_apply >"$work/apply" 2>&1; }
applies() { apply; ok $? "$1" "$(cat "$work/apply")"; }
refuses() { apply; [ $? != 0 ]; ok $? "$1" "$(cat "$work/apply")"; }

tool_add 1 one && tool_add 2 two || exit 1
git add -A && git commit -qm first
is "it is recognised" '.sets[0].tracker' "$tool_tracker"
agrees "before"
so "before: the state" '.sets[0].state' pending
applies "it applies"
agrees "after"
so "after: the state" '.sets[0].state' current
so "after: the version" '.database_version' "$(tool_id 2)"

tool_add 4 four
agrees "between"
applies "it applies the next"

if declare -F tool_own >/dev/null; then tool_own; exit 0; fi

tool_add 3 three
case $tool_out_of_order in
  applied)
    agrees "out of order"
    so "out of order: it will be applied" '.sets[0].pending[].id' "$(tool_id 3)"
    applies "it applies the older one"
    agrees "out of order, applied" ;;
  refused)
    is "out of order: refused" '.sets[0].out_of_order[].id' "$(tool_id 3)"
    so "out of order: the state" '.sets[0].state == "current"' false
    refuses "it refuses the older one"
    rm -rf "$(tool_file 3)" ;;
  skipped)
    is "out of order: never applied" '.sets[0].never_applied[].id' "$(tool_id 3)"
    so "out of order: the reason" '[.reasons[].code] | index("never-applied") != null' true
    apply
    is "out of order: still never applied" '.sets[0].never_applied[].id' "$(tool_id 3)"
    rm -rf "$(tool_file 3)" ;;
esac
git add -A && git commit -qm third

file=$(tool_file 2)
mv "$file" "$work/kept"
is "deleted: the row is unknown" '.sets[0].unknown[].id' "$(tool_id 2)"
so "deleted: it is on a branch" '.sets[0].unknown[].kind' elsewhere
if [ "$tool_missing" = ignored ]; then agrees "deleted"; else refuses "deleted: the tool refuses to work"; fi
is "deleted: the state" '.sets[0].state == "current"' false
mv "$work/kept" "$file"
agrees "restored"

edited=$(tool_file 1)
[ ! -d "$edited" ] || edited=$(find "$edited" -type f | sort | head -n 1)
cp "$edited" "$work/kept"
tool_edit "$edited"
if [ "$tool_edited" = ignored ]; then agrees "edited"; else refuses "edited: the tool refuses to work"; fi
if [ "$tool_checksums" = yes ]; then
  is "edited: it is diverged" '.sets[0].diverged[].id' "$(tool_id 1)"
  so "edited: the reason" '[.reasons[].code] | index("diverged-migration") != null' true
else
  is "edited: nothing can tell" '.sets[0].diverged | length' 0
fi
cp "$work/kept" "$edited"
if [ "$tool_checksums" = yes ]; then
  sed 's/$/\r/' "$work/kept" >"$edited"
  case $tool_line_ends in noted) wanted=$'0\n1' ;; ignored) wanted=$'0\n0' ;; edited) wanted=$'1\n0' ;; esac
  is "other line ends" '.sets[0] | (.diverged | length), (.notes | map(select(contains("line ends"))) | length)' "$wanted"
  cp "$work/kept" "$edited"
fi

tool_break 5
refuses "the broken one fails"
if [ "$tool_failed" = pending ]; then
  agrees "failed"
else
  is "failed: it is dirty" '.sets[0].dirty[].id' "$(tool_id 5)"
  so "failed: the reason" '[.reasons[].code] | index("dirty-migration") != null' true
fi
tool_mend 5 >"$work/mended" 2>&1; ok $? "the broken one is taken out" "$(cat "$work/mended")"
agrees "mended"

if declare -F tool_make >/dev/null; then
  tool_make made >"$work/made" 2>&1; ok $? "the tool makes one" "$(cat "$work/made")"
  agrees "made by the tool"
  so "made by the tool: the state" '.sets[0] | .state, (.pending | length)' $'pending\n1'
  applies "made by the tool: it applies"
  agrees "made by the tool, applied"
  so "made by the tool, applied: the state" '.sets[0].state' current
fi

if declare -F tool_more >/dev/null; then tool_more; fi
