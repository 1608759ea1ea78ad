# hookcheck override: given at a terminal, used once, bound to what was pending.
load gate.bash

setup() {
  gate_setup
  make_repository
  cd "$repo"
  use_sqlite 394c8c3cbf42
}

at_terminal() { # ANSWER ARGUMENT...: hookcheck at a terminal; sets $status, $out
  local answer=$1
  shift
  status=0
  NO_COLOR=1 /usr/bin/python3 "$root/tests/integration/at_terminal.py" "$answer" "$bin/hookcheck" "$@" >"$work/out" 2>"$work/err" || status=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
}

give() { at_terminal production override --environment production --for 15m --reason "hotfix 4711"; }

overrides() { jq 'length' "$HOOKCHECK_STATE_DIR/overrides.json"; }

@test "one deploy goes on, the next is blocked again, and both stand in the trail" {
  hook "npx sst deploy"
  assert_blocked pending-migrations
  give
  assert_status 0
  assert_out "pending-migrations (block)"
  assert_out "softens pending-migrations"
  assert_out "pending backend-api:20251230_1700"
  [ "$(stat -c %a "$HOOKCHECK_STATE_DIR/overrides.json")" = 600 ]
  hook "npx sst deploy"
  assert_status 0
  assert_err "allowed, with a warning"
  assert_err "hotfix 4711"
  assert_err "used: what blocks without it is a warning"
  assert_err "pending-migrations (warn)"
  hook "npx sst deploy"
  assert_blocked pending-migrations
  refute_err "hotfix 4711"
  program log --verify
  assert_status 0
  program log --format json
  assert_schema audit
  printf '%s' "$out" | jq -se '[.[] | .override_event // "none"] == ["none", "given", "used", "none"]
    and .[2].override.reason == "hotfix 4711" and .[2].verdict == "warn" and .[3].verdict == "block"'
}

@test "it is shown in every answer while it lasts" {
  give
  for command in "status" "command -- npx\ sst\ deploy"; do
    eval program "$command"
    assert_out "for production until"
    assert_out "hotfix 4711"
  done
  program status --json
  assert_schema status
  printf '%s' "$out" | jq -e '.overrides[0].reason == "hotfix 4711" and .overrides[0].used == false'
  program command --json -- "npx sst deploy"
  assert_status 0
  assert_schema command
  printf '%s' "$out" | jq -e '.verdict == "warn" and .overrides[0].used'
  # A dry run uses nothing up.
  [ "$(overrides)" = 1 ]
  program doctor --offline
  assert_out "one deploy goes on in spite of the check, until"
  assert_out "by $(id -un): hotfix 4711"
  program override --list --json
  assert_schema override
  # Nothing is in the way any more: it is not used, but said.
  sqlite3 "$work/production.db" "update alembic_version set version_num = '20251230_1700'"
  hook "npx sst deploy"
  assert_status 0
  assert_err "hotfix 4711"
  [ "$(overrides)" = 1 ]
}

@test "only at a terminal, never for an agent, only when it is confirmed" {
  program override --environment production --for 15m --reason x
  assert_status 2
  assert_err "this is for a person in a terminal"
  CLAUDECODE=1 give
  assert_status 2
  assert_out "CLAUDECODE is set: an agent started this"
  AI_AGENT=x give
  assert_status 2
  at_terminal y override --environment production --for 15m --reason x
  assert_status 2
  assert_out "not confirmed"
  at_terminal "" override --environment production --for 15m --reason x
  assert_status 2
  [ ! -e "$HOOKCHECK_STATE_DIR/overrides.json" ]
  hook "npx sst deploy"
  assert_blocked pending-migrations
}

@test "a migration that came later is not covered" {
  give
  assert_status 0
  revision 20260101_0900 20251230_1700 "one more"
  hook "npx sst deploy"
  assert_blocked pending-migrations
  assert_err "20260101_0900 was not pending when it was given"
  [ "$(overrides)" = 1 ]
}

@test "another environment, and another work tree, are not covered" {
  configure '{"default_environment":"production","environments":{"production":{"database":"sqlite:'"$work"'/production.db"},
    "staging":{"database":"sqlite:'"$work"'/production.db"}}}'
  give
  assert_status 0
  hook "npx sst deploy --stage staging"
  assert_blocked pending-migrations
  refute_err "hotfix"
  cp -r "$repo" "$work/other"
  status=0
  call_json "npx sst deploy" "$work/other" | "$bin/hookcheck-pre-tool-use" >"$work/out" 2>"$work/err" || status=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
  assert_blocked pending-migrations
  [ "$(overrides)" = 1 ]
}

@test "other reasons than those of that time are not covered" {
  give
  assert_status 0
  rm "$work/production.db"
  hook "npx sst deploy"
  assert_blocked database-unreachable
  assert_err "it does not cover database-unreachable"
  [ "$(overrides)" = 1 ]
}

@test "what may not be softened is not: a broken configuration, a protected file in the same call" {
  give
  hook "npx sst deploy; git push --no-verify"
  assert_blocked protected
  assert_err "it does not cover protected"
  [ "$(overrides)" = 1 ]
  configure '{"environments": '
  at_terminal production override --environment production --for 15m --reason x
  assert_status 2
  assert_out "the configuration cannot be used"
  hook "npx sst deploy"
  assert_blocked config-error
}

@test "nothing to override, wrong usage" {
  use_sqlite 20251230_1700
  give
  assert_status 2
  assert_out "there is nothing to override"
  for arguments in "--environment production --for 15m" "--environment production --reason x" "--for 15m --reason x" \
    "--environment production --for 25h --reason x" "--environment production --for 0s --reason x" "--environment production --for soon --reason x" \
    "--list --revoke" "--list abc" "abc"; do
    # shellcheck disable=SC2086
    program override $arguments
    assert_status 1
  done
  at_terminal x override --environment nowhere --for 15m --reason x
  assert_status 1
  assert_out "no environment is named nowhere"
}

@test "revoked by id, and all of them; revoking needs no terminal" {
  give
  give
  program override --list --json
  assert_schema override
  id=$(printf '%s' "$out" | head -n 1 | jq -r .id)
  program override --revoke "$id"
  assert_status 0
  assert_out "1 override revoked"
  [ "$(overrides)" = 1 ]
  program override --revoke "$id"
  assert_status 2
  assert_err "there is no such override"
  program override --revoke --json
  assert_schema override
  program override --list
  assert_out "no override"
  hook "npx sst deploy"
  assert_blocked pending-migrations
  program log --format json
  printf '%s' "$out" | jq -se '[.[] | .override_event // "none"] == ["given", "given", "revoked", "revoked", "none"]'
}

@test "expired, from the future, or longer than any may be: it does not count" {
  give
  for change in '.[0].until = (now | floor) - 1 | .[0].created = (now | floor) - 100' \
    '.[0].created = (now | floor) + 5000 | .[0].until = (now | floor) + 6000' \
    '.[0].until = .[0].created + 10000000'; do
    cp "$HOOKCHECK_STATE_DIR/overrides.json" "$work/kept"
    jq "$change" "$work/kept" >"$HOOKCHECK_STATE_DIR/overrides.json"
    hook "npx sst deploy"
    assert_blocked pending-migrations
    refute_err "hotfix"
    cp "$work/kept" "$HOOKCHECK_STATE_DIR/overrides.json"
  done
}

# What the file says counts only as far as the trail knows it.
@test "a copy that is put back, after it was used or revoked, lets nothing through" {
  for end in "hook npx\ sst\ deploy" "program override --revoke"; do
    give
    cp -p "$HOOKCHECK_STATE_DIR/overrides.json" "$work/kept"
    eval "$end"
    assert_status 0
    cp -p "$work/kept" "$HOOKCHECK_STATE_DIR/overrides.json"
    hook "npx sst deploy"
    assert_blocked pending-migrations
    assert_err "says the audit trail"
    program override --list
    assert_out "does not count: it was"
  done
}

@test "a copy that is put back behind a trail whose end was cut off lets nothing through" {
  local trail=$HOOKCHECK_STATE_DIR/audit/audit.jsonl
  for cut in "sed -i \$d $trail" "truncate -s -20 $trail" "rm $HOOKCHECK_STATE_DIR/audit/head"; do
    rm -rf "$HOOKCHECK_STATE_DIR"
    give
    cp -p "$HOOKCHECK_STATE_DIR/overrides.json" "$work/kept"
    hook "npx sst deploy"
    assert_status 0
    $cut # its use is the last line
    [ "$cut" = "${cut#rm}" ] || sed -i '$d' "$trail"
    cp -p "$work/kept" "$HOOKCHECK_STATE_DIR/overrides.json"
    program override --list
    assert_out "does not count: lines were cut off the end of the audit trail"
    hook "npx sst deploy"
    assert_blocked pending-migrations
    assert_err "not used: lines were cut off the end of the audit trail"
    # The answer itself stands behind the cut now.
    cp -p "$work/kept" "$HOOKCHECK_STATE_DIR/overrides.json"
    hook "npx sst deploy"
    assert_blocked pending-migrations
    assert_err "not used: lines were cut off the audit trail after it was given"
  done
  rm -rf "$HOOKCHECK_STATE_DIR"
  give
  printf '{"time":' >>"$trail" # a killed writer's
  hook "npx sst deploy"
  assert_status 0
}

@test "an entry that was not given so lets nothing through: longer, wider, of another reason, invented" {
  give
  cp -p "$HOOKCHECK_STATE_DIR/overrides.json" "$work/kept"
  for change in '.[0].until += 3600' '.[0].pending += ["backend-api:later"]' '.[0].codes += ["not-configured"]' \
    '.[0].reason = "another"' '.[0].id = "000000000000"'; do
    jq "$change" "$work/kept" >"$HOOKCHECK_STATE_DIR/overrides.json"
    hook "npx sst deploy"
    assert_blocked pending-migrations
    assert_err "not used: the audit trail does not know that it was given so"
  done
  cp -p "$work/kept" "$HOOKCHECK_STATE_DIR/overrides.json"
  hook "npx sst deploy"
  assert_status 0
}

@test "the work tree is the same through a link" {
  ln -s "$repo" "$work/link"
  give
  status=0
  call_json "npx sst deploy" "$work/link" | "$bin/hookcheck-pre-tool-use" >"$work/out" 2>"$work/err" || status=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
  assert_status 0
  assert_err "hotfix 4711"
}

@test "a file that others can write, or that is none of ours, lets nothing through" {
  give
  chmod 666 "$HOOKCHECK_STATE_DIR/overrides.json"
  hook "npx sst deploy"
  assert_blocked pending-migrations
  assert_err "others can write it: no override in it counts"
  chmod 600 "$HOOKCHECK_STATE_DIR/overrides.json"
  for text in '' '[' '{}x' '[{"id":"x"}]' '{}' 'null' '{"a":{"id":"x","created":1,"until":2,"codes":[],"pending":[]}}' \
    '[{"id":"x","created":1e300,"until":1,"codes":[],"pending":[]}]'; do
    printf '%s' "$text" >"$HOOKCHECK_STATE_DIR/overrides.json"
    hook "npx sst deploy"
    assert_blocked pending-migrations
    assert_err "not used:"
  done
}

@test "a deploy of another work tree in the same call is not covered" {
  other=$work/other
  cp -R "$repo" "$other"
  give
  hook "npx sst deploy; cd $other && npx sst deploy"
  assert_blocked pending-migrations
  assert_err "it does not cover the deploy of $other"
  [ "$(overrides)" = 1 ]
  hook "cd $other && npx sst deploy"
  assert_blocked pending-migrations
  hook "npx sst deploy"
  assert_status 0
  assert_err "hotfix 4711"
}

@test "two deploys at once cannot share it" {
  give
  call_json "npx sst deploy" >"$work/call"
  for i in 1 2 3 4 5 6; do
    { "$bin/hookcheck-pre-tool-use" <"$work/call" >/dev/null 2>&1; echo $? >"$work/status.$i"; } &
  done
  wait
  [ "$(cat "$work"/status.* | grep -c '^0$')" = 1 ]
  program log --verify
  assert_status 0
}

deploy_branch() {
  git init -q --bare "$work/remote.git"
  git remote add origin "$work/remote.git"
  git branch -M main
  configure '{"environments":{"production":{"database":"sqlite:'"$work"'/production.db"}},"branches":{"main":"production"}}'
  "$bin/hookcheck" install git >/dev/null
}

@test "an agent's push is one use, though two hooks ask" {
  deploy_branch
  give
  assert_status 0
  hook "git push origin main"
  assert_status 0
  assert_err "hotfix 4711"
  assert_err "left for this push when git's own hook asks: of $(git rev-parse --short=12 main)"
  [ "$(overrides)" = 1 ]
  program override --list
  assert_out "used for the push of $(git rev-parse main)"
  program override --list --json
  assert_schema override
  # Nothing but that push: not the same command again, not another deploy.
  for command in "git push origin main" "npx sst deploy"; do
    hook "$command"
    assert_blocked pending-migrations
    assert_err "it was used for the push of $(git rev-parse --short=12 main)"
  done
  run git push origin main
  [ "$status" = 0 ] || { echo "$output"; false; }
  [ "$(overrides)" = 0 ]
  program log --verify
  assert_status 0
  program log --format json
  printf '%s' "$out" | jq -se '[.[] | .override_event // "none"] == ["given", "used", "none", "none", "used"]'
}

@test "a commit between an agent's question and the push is not covered" {
  deploy_branch
  give
  hook "git push origin main"
  assert_status 0
  old=$(git rev-parse --short=12 main)
  git commit -q --allow-empty -m "another one"
  run git push origin main
  [ "$status" != 0 ]
  case $output in *"it was used for the push of $old"*) ;; *) echo "$output"; false ;; esac
  [ "$(overrides)" = 1 ]
}

@test "a push beside another deploy uses it up" {
  deploy_branch
  give
  hook "git push origin main && npx sst deploy"
  assert_status 0
  [ "$(overrides)" = 0 ]
}

@test "a push that deploys is let through once" {
  deploy_branch
  run git push origin main
  [ "$status" != 0 ]
  case $output in *pending-migrations*) ;; *) echo "$output"; false ;; esac
  give
  assert_status 0
  program push origin main
  assert_status 0
  assert_out "hotfix 4711"
  run git push origin main
  [ "$status" = 0 ] || { echo "$output"; false; }
  case $output in *"hotfix 4711"*) ;; *) echo "$output"; false ;; esac
  [ "$(overrides)" = 0 ]
}

@test "an agent's push to a host that deploys is one use as well" {
  deploy_branch
  configure '{"environments":{"production":{"database":"sqlite:'"$work"'/production.db"}}}'
  git remote rename origin heroku
  give
  assert_status 0
  hook "git push heroku main"
  assert_status 0
  assert_err "left for this push when git's own hook asks: of $(git rev-parse --short=12 main)"
  [ "$(overrides)" = 1 ]
  run git push heroku main
  [ "$status" = 0 ] || { echo "$output"; false; }
  [ "$(overrides)" = 0 ]
}
