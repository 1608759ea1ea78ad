# Django: two applications, one of them under a label of its own, beside those of Django itself. Migration 3 is the other application's.
tool_tracker=django tool_out_of_order=applied tool_checksums=no tool_missing=refused tool_failed=pending
manage() { /usr/bin/python3 -W ignore manage.py "$@"; }
tool_here() { /usr/bin/python3 -c 'import django, psycopg2; print(django.__version__)'; }
tool_begin() {
  mkdir -p conf/settings shop/migrations extra/migrations
  touch {conf,conf/settings,shop,shop/migrations,extra,extra/migrations}/__init__.py
  cat >manage.py <<'EOF'
import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.settings.local")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
EOF
  cat >conf/settings/base.py <<'EOF'
import os
from urllib.parse import urlparse

url = urlparse(os.environ["DATABASE_URL"])
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
                         "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port}}
SECRET_KEY = "x"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
THEIR_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
INSTALLED_APPS = [*THEIR_APPS, "shop.apps.ShopConfig"]
EOF
  printf 'from .base import *\n\nINSTALLED_APPS += ["extra"]\n' >conf/settings/local.py
  printf 'from django.apps import AppConfig\n\n\nclass ShopConfig(AppConfig):\n    name = "shop"\n    label = "store"\n' >shop/apps.py
  tool_shows=(/usr/bin/python3 -W ignore manage.py showmigrations --plan)
}
number() { printf '%04d' "$1"; }
tool_file() { ls -d {shop,extra}/migrations/"$(number "$1")"_*.py 2>/dev/null | head -n 1; }
tool_id() {
  case $1 in 1) echo store.0001_one ;; 2) echo store.0002_two ;; 3) echo extra.0003_three ;; 4) echo store.0004_four ;; 5) echo store.0005_broken ;; *) echo "store.$(number "$1")" ;; esac
}
before() { # N: what it depends on
  case $1 in
    1) echo 'migrations.swappable_dependency(settings.AUTH_USER_MODEL)' ;;
    2) echo '("store", "0001_one")' ;;
    3) echo '("store", "0002_two"), ("auth", "0001_initial")' ;;
    4) echo '("store", "0002_two")' ;;
    5) echo '("store", "0004_four"), ("extra", "__latest__")' ;;
    *) echo "(\"store\", \"$(basename "$(tool_file $(($1 - 1)))" .py)\")" ;;
  esac
}
migration() { # FILE DEPENDENCIES OPERATIONS [ATTRIBUTES]
  printf 'from django.conf import settings\nfrom django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [%s]\n    operations = [%s]\n%b' "$2" "$3" "${4:-}" >"$1"
}
tool_add() {
  local app=shop
  [ "$1" != 3 ] || app=extra
  migration "$app/migrations/$(number "$1")_$2.py" "$(before "$1")" "migrations.RunSQL('create table $2 (id int)', 'drop table $2')"
}
tool_fill() { # of both applications, as the fifth wants them
  local names=('' one two three four) i
  for ((i = 1; i <= $1; i++)); do tool_add "$i" "${names[i]:-t$i}" || return 1; done
}
tool_break() { migration "shop/migrations/$(number "$1")_broken.py" "$(before "$1")" "migrations.RunSQL('select nothing_of_the_kind()')"; }
tool_apply() { manage migrate --noinput; }
tool_status() { # of our own applications
  local out
  out=$("${tool_shows[@]}") || return 1
  sed -n 's/^\[\([ X]\)\]  *\(\(store\|extra\|shelf\)\.[^ ]*\).*/\1 \2/p' <<<"$out" | sed 's/^  /pending /; s/^X /applied /'
}

tool_more() {
  is "rows of Django's own applications are external" '.sets[0].explained | map(.kind) | unique | join(",")' external

  # A squash: applied by what it replaces, then without those files, then on a database that has a part of it.
  manage squashmigrations store 0001 0002 --noinput --squashed-name both >"$work/squash" 2>&1
  ok $? "squashmigrations" "$(cat "$work/squash")"
  agrees "squash, all applied"
  apply; ok $? "squash: migrate" "$(cat "$work/apply")"
  agrees "squash, recorded"
  psql -q "$DATABASE_URL" -c "delete from django_migrations where app = 'store' and name in ('0002_two', '0001_both', '0004_four')"
  psql -q "$DATABASE_URL" -c 'drop table two; drop table four' # as if they had never run
  agrees "squash, a part applied"
  so "squash, a part applied: the state" '.sets[0].state' indeterminate # extra.0003_three stands on store.0002_two
  tool_apply >"$work/apply" 2>&1; [ $? != 0 ]; ok $? "squash, a part applied: Django refuses" "$(cat "$work/apply")"
  psql -q "$DATABASE_URL" -c "delete from django_migrations where app = 'extra'" -c 'drop table three'
  agrees "squash, a part applied, consistent"
  apply; ok $? "squash, a part applied: migrate" "$(cat "$work/apply")"
  agrees "squash, completed"
  rm shop/migrations/0001_one.py shop/migrations/0002_two.py
  agrees "squash, the old files gone"
  so "squash, the old files gone: their rows are explained" '[.sets[0].explained[] | select(.kind == "squashed") | .id] | join(",")' store.0001_one,store.0002_two

  # Two branches meet.
  migration shop/migrations/0006_left.py '("store", "0004_four")' ''
  migration shop/migrations/0006_right.py '("store", "0004_four")' ''
  agrees "two leaves"
  so "two leaves: the reason" '[.reasons[].code] | index("multiple-heads") != null' true
  apply; [ $? != 0 ]; ok $? "two leaves: Django refuses" "$(cat "$work/apply")"
  manage makemigrations --merge --noinput >"$work/merge" 2>&1; ok $? "makemigrations --merge" "$(cat "$work/merge")"
  agrees "merged"
  so "merged: no reason of the graph" '[.reasons[].code] | index("multiple-heads")' null
  apply; ok $? "merged: migrate" "$(cat "$work/apply")"
  agrees "merged, applied"
  so "merged, applied: the state" '.sets[0].state' current

  # Deleted where nothing stands on it: Django says nothing.
  migration extra/migrations/0007_gone.py '("extra", "0003_three")' ''
  apply
  rm extra/migrations/0007_gone.py
  agrees "deleted, a leaf"
  so "deleted, a leaf: unknown" '.sets[0].unknown[].id' extra.0007_gone

  # Put in before what is applied.
  migration extra/migrations/0002_late.py '' ''
  sed -i 's/("auth", "0001_initial")/("extra", "0002_late")/' extra/migrations/0003_three.py
  agrees "put in before"
  so "put in before: the reason" '[.reasons[].code] | index("indeterminate-history") != null' true
  apply; [ $? != 0 ]; ok $? "put in before: Django refuses" "$(cat "$work/apply")"
  git checkout -q extra/migrations/0003_three.py && rm extra/migrations/0002_late.py

  # Another label: to Django these are migrations that it never saw.
  git add -A && git commit -qm more
  sed -i 's/label = "store"/label = "shelf"/' shop/apps.py
  sed -i 's/"store"/"shelf"/g; s/'"'store'/'shelf'"'/g' shop/migrations/*.py extra/migrations/*.py
  agrees "another label"
  so "another label: the old rows" '[.sets[0].explained[] | select(.kind == "renamed") | .id] | length > 3' true
  git checkout -q .

  # Not seen by Django: no package, no application, names that are no migrations.
  mkdir -p loose/migrations && migration loose/migrations/0001_x.py '' '' && migration shop/migrations/_helper.py '' ''
  agrees "not installed"
  rm -r loose shop/migrations/_helper.py

  # From a commit, with nothing of it checked out.
  local here_says gone_says
  git add -A && git commit -qm more
  here_says=$(ours '.sets[0] | [.pending, .applied, .heads] | tostring')
  git rm -rqf --cached . && rm -rf shop extra conf manage.py
  gone_says=$("$hookcheck" status --json --at HEAD | jq -c '.sets[0] | [.pending, .applied, .heads]')
  [ -n "$here_says" ] && [ "$here_says" = "$gone_says" ]; ok $? "from a commit" "$here_says $gone_says"
  git reset -q --hard

  "$hookcheck" init --print | grep -v '^ *//' | jq -e '.migrations | to_entries | length == 1 and .[0].value.tracker == "django" and .[0].value.versions == null' >"$work/init" 2>&1
  ok $? "init names one set, and no directories that would leave out later applications" "$("$hookcheck" init --print)"
}
