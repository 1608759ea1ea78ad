# Rails: the tasks of Active Record (db:migrate, db:migrate:status), run by rake.
tool_tracker=rails tool_out_of_order=applied tool_checksums=no tool_missing=ignored tool_failed=pending
export RAILS_ENV=production
tool_here() { ruby -e 'require "active_record"; require "pg"; require "rake"; puts ActiveRecord.version'; }
tool_rake() { rake -f Rakefile "$@"; }
tool_begin() {
  mkdir -p db/migrate/old config
  cp "$here/rails/Rakefile" .
  printf 'module Shop\n  class Application < Rails::Application\n  end\nend\n' >config/application.rb
  tool_shows=(rake -f Rakefile db:migrate:status)
}
name() { case $1 in 1) echo One ;; 2) echo Two ;; 3) echo Three ;; 4) echo Four ;; 5) echo Broken ;; *) echo "T$1" ;; esac; }
# A number with zeros before it, a file in a folder, one of an engine.
tool_file() {
  case $1 in 1) echo db/migrate/old/001_one.rb ;; 3) echo db/migrate/20240101000003_three.shop.rb ;; *) echo "db/migrate/$(time_id "$1")_$(name "$1" | tr '[:upper:]' '[:lower:]').rb" ;; esac
}
tool_id() { if [ "$1" = 1 ]; then echo 1; else time_id "$1"; fi; }
tool_add() { printf 'class %s < ActiveRecord::Migration[6.1]\n  def change\n    create_table :%s\n  end\nend\n' "$(name "$1")" "$2" >"$(tool_file "$1")"; }
tool_break() { printf 'class %s < ActiveRecord::Migration[6.1]\n  def change\n    execute "select nothing_of_the_kind()"\n  end\nend\n' "$(name "$1")" >"$(tool_file "$1")"; }
tool_apply() { tool_rake db:migrate; }
# A row without a file is shown as well, by these words; before the first run there is no status, but a refusal that names what is pending.
tool_status() {
  local out
  out=$("${tool_shows[@]}" 2>&1)
  case $?:$out in
    0:*) grep -v 'NO FILE' <<<"$out" | sed -n 's/^ *down  *0*\([0-9]*\) .*/pending \1/p; s/^ *up  *0*\([0-9]*\) .*/applied \1/p' ;;
    *'table does not exist'*) tool_rake db:abort_if_pending_migrations 2>&1 | sed -n 's/^ *0*\([0-9][0-9]*\) .*/pending \1/p' ;;
    *) echo "$out"; return 1 ;;
  esac
}

tool_more() {
  # One name under two times: Rails would have two classes of that name.
  sed 's/four/four_again/' "$(tool_file 4)" >db/migrate/20240101000008_four.rb
  is "a name twice: the state" '.sets[0].state' indeterminate
  so "a name twice: the reason" '[.reasons[].code] | index("broken-history") != null' true
  refuses "a name twice: Rails refuses"
}
