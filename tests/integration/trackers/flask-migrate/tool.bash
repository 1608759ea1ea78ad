# Flask-Migrate: Alembic whose alembic.ini has no script_location. Migration 3 is a branch that is merged.
tool_tracker=alembic tool_out_of_order=none tool_checksums=no tool_missing=refused tool_failed=pending
flask_db() { FLASK_APP=app.py /usr/bin/python3 -W ignore -m flask db "$@"; }
tool_here() { /usr/bin/python3 -c 'import flask_migrate, flask_sqlalchemy, psycopg2'; }
tool_begin() {
  cat >app.py <<'EOF'
import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
Migrate(app, db)
EOF
  tool_shows=(env FLASK_APP=app.py /usr/bin/python3 -W ignore -m flask db current)
  flask_db init
}
tool_id() { echo "r$1"; }
tool_file() { ls migrations/versions/r"$1"_*.py; }
revision() { # ID MESSAGE DOWN STATEMENT
  printf '"""%s"""\nfrom alembic import op\n\nrevision = "%s"\ndown_revision = %s\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    op.execute("%s")\n\n\ndef downgrade():\n    pass\n' "$2" "$1" "$3" "$4" >"migrations/versions/$1_$2.py"
}
tool_add() {
  local down=None
  case $1 in 1) ;; 4) down='"r2"' ;; *) down="\"r$(($1 - 1))\"" ;; esac
  revision "r$1" "$2" "$down" "create table $2 (id int)"
}
tool_break() { revision "r$1" broken '"r4"' 'select nothing_of_the_kind()'; }
tool_apply() { flask_db upgrade; }
tool_status() { # what leads to the current revision is applied
  local all current applied=
  all=$(flask_db history 2>/dev/null) || return 1
  current=$("${tool_shows[@]}" 2>/dev/null | sed -n 's/^\([a-z0-9]*\).*/\1/p')
  [ -z "$current" ] || applied=$(flask_db history -r ":$current" 2>/dev/null | sed -n 's/.*-> \([a-z0-9]*\).*/\1/p')
  sed -n 's/.*-> \([a-z0-9]*\).*/\1/p' <<<"$all" | while read -r id; do
    if grep -qx "$id" <<<"$applied"; then echo "applied $id"; else echo "pending $id"; fi
  done
}

tool_own() {
  is "the way out" '.sets[0].state' current
  tool_add 3 three
  is "two heads: the reason" '[.reasons[].code] | index("multiple-heads") != null' true
  so "two heads: what joins them" '[.reasons[] | select(.code == "multiple-heads") | .hint] | first | contains("flask db merge")' true
  apply; [ $? != 0 ]; ok $? "two heads: it refuses" "$(cat "$work/apply")"
  [ "$(flask_db heads 2>/dev/null | sed 's/ .*//' | sort | xargs)" = "$(ours '.sets[0].heads | join(" ")')" ]; ok $? "two heads: those of flask db heads"
  flask_db merge -m joined heads --rev-id r9 >"$work/merge" 2>&1; ok $? "it merges" "$(cat "$work/merge")"
  agrees "merged"
  so "merged: the way out" '[.reasons[] | select(.code == "pending-migrations") | .hint] | first' 'flask db upgrade'
  apply; ok $? "merged: it applies" "$(cat "$work/apply")"
  is "merged: the state" '.sets[0].state' current
  git add -A && git commit -qm merged

  mv migrations/versions/r9_*.py "$work/kept.py"
  is "deleted: the row is unknown" '.sets[0].unknown[] | .id' r9
  flask_db current >"$work/apply" 2>&1; [ $? != 0 ]; ok $? "deleted: it refuses to work" "$(cat "$work/apply")"
  mv "$work/kept.py" migrations/versions/r9_joined.py
  printf '\n# edited\n' >>migrations/versions/r1_one.py
  is "edited: nothing can tell" '.sets[0].state' current
  git checkout -q migrations
  revision r5 broken '"r9"' 'select nothing_of_the_kind()'
  apply; [ $? != 0 ]; ok $? "the broken one fails" "$(cat "$work/apply")"
  is "failed: it is pending" '.sets[0].pending[].id' r5
}
