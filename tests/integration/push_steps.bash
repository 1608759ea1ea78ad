# push_steps.bash -- the words in which tests/corpus/push/*.txt sets up its repositories. Sourced by push.test.

quiet_git() { git "$@" >/dev/null 2>&1 || { echo "step failed: git $*" >&2; exit 98; }; }

hook_into() { # REPOSITORY-DIRECTORY
  local hooks
  hooks=$(git -C "$1" rev-parse --path-format=absolute --git-path hooks)
  mkdir -p "$hooks"
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$bin/hookcheck-pre-push" >"$hooks/pre-push"
  chmod +x "$hooks/pre-push"
}

# The tree that most scenarios begin with: one Alembic set, one model.
base_tree() {
  mkdir -p alembic/versions app
  printf '[alembic]\nscript_location = alembic\n' >alembic.ini
  printf 'from alembic import context\ncontext.configure()\n' >alembic/env.py
  migration a1 "" "create users" "op.create_table('users', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50)))"
  model users "id = Column(Integer, primary_key=True)" "name = Column(String(50))"
  echo "an application" >README.md
}

# Trees of other tools: `base_tree() { rails_tree; }` before start.
rails_tree() {
  mkdir -p db/migrate
  rails_schema
  rails_migration 20240101000000_create_users 'create_table(:users) { |t| t.string :name }'
}
rails_schema() { # LINE...: what else the table holds
  {
    printf 'ActiveRecord::Schema[7.1].define(version: 2024_01_01_000000) do\n  create_table "users", force: :cascade do |t|\n    t.string "name"\n'
    [ $# -eq 0 ] || printf '    %s\n' "$@"
    printf '  end\nend\n'
  } >db/schema.rb
}
rails_migration() { # NAME STATEMENT
  printf 'class Change < ActiveRecord::Migration[7.1]\n  def change\n    %s\n  end\nend\n' "$2" >"db/migrate/$1.rb"
}
prisma_tree() {
  mkdir -p prisma/migrations/20240101000000_start
  echo 'provider = "postgresql"' >prisma/migrations/migration_lock.toml
  prisma_schema
  prisma_migration 20240101000000_start 'CREATE TABLE "User" ("id" SERIAL NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));'
}
prisma_schema() { # LINE...
  {
    printf 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n\nmodel User {\n  id Int @id @default(autoincrement())\n'
    [ $# -eq 0 ] || printf '  %s\n' "$@"
    printf '}\n'
  } >prisma/schema.prisma
}
prisma_migration() { # NAME SQL
  mkdir -p "prisma/migrations/$1"
  printf '%s\n' "$2" >"prisma/migrations/$1/migration.sql"
}
knex_tree() {
  mkdir -p migrations db
  echo 'module.exports = { client: "pg", migrations: { directory: "./migrations" } };' >knexfile.js
  echo '{"dependencies":{"knex":"3.1.0"}}' >package.json
  printf 'exports.up = (knex) => knex.schema.createTable("tasks", (t) => {\n  t.increments("id");\n  t.string("title");\n});\nexports.down = (knex) => knex.schema.dropTable("tasks");\n' >migrations/20240101000000_tasks.js
  echo 'CREATE TABLE tasks (id serial PRIMARY KEY, title varchar(255));' >db/schema.sql
}
sql_tree() {
  mkdir -p db/migrations
  echo 'CREATE TABLE users (id int PRIMARY KEY);' | tee db/schema.sql >db/migrations/001_users.sql
}

usual_tree=$(declare -f base_tree)

# A service of a monorepo: the same tree in a folder of its own, `base_tree() { service billing; service auth; }`. within DIRECTORY COMMAND...
within() { local at=$1; shift; mkdir -p "$at" && cd "$at" && "$@"; cd - >/dev/null || exit 98; }
service() { within "services/$1" eval "(base_tree${usual_tree#base_tree}; base_tree)"; }

# start [INIT-OPTION...]: remote.git with main, and a clone "repo" with the hook; leaves one in repo.
start() {
  local all=${all:-$work} # where the suite of scenarios keeps a repository to copy
  if [ $# = 0 ] && [ -d "$all/template/repo/.git/hooks" ] && [ "$(declare -f base_tree)" = "$usual_tree" ]; then
    cp -R "$all/template/remote.git" "$all/template/repo" "$work/" || exit 98
    cd "$work/repo" || exit 98
    local settings
    IFS= read -rd '' settings <.git/config
    printf '%s' "${settings//"$all/template/"/"$work/"}" >.git/config
    return
  fi
  quiet_git init -q --bare -b main "$@" "$work/remote.git"
  quiet_git init -q -b main "$@" "$work/repo"
  cd "$work/repo" || exit 98
  base_tree
  quiet_git add -A
  quiet_git commit -qm "first"
  quiet_git remote add origin "$work/remote.git"
  quiet_git push -q -u origin main
  hook_into .
}

# Nothing is configured but an environment that cannot be asked: deploys are not what is tested.
configure() { printf '%s\n' "$1" >"$work/config.json"; }

migration() { # ID DOWN TITLE [STATEMENT]
  local down=None file
  [ -z "$2" ] || down="'$2'"
  file=${versions:-alembic/versions}/$1_${3// /_}.py
  [ -d "${file%/*}" ] || mkdir -p "${file%/*}"
  printf '"""%s"""\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = '"'%s'"'\ndown_revision = %s\n\n\ndef upgrade():\n    %s\n\n\ndef downgrade():\n    pass\n' \
    "$3" "$1" "$down" "${4:-pass}" >"$file"
}

label() { # ID LABEL: the branch that begins with this migration
  local file
  for file in "${versions:-alembic/versions}/$1"_*.py; do sed -i "s/^down_revision = .*/&\nbranch_labels = ('$2',)/" "$file"; done
}

model() { # TABLE COLUMN...
  local table=$1
  shift
  [ -d "${models:-app/models}" ] || mkdir -p "${models:-app/models}"
  {
    printf 'from sqlalchemy import *\nfrom sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n\n\nclass %s(Base):\n    __tablename__ = "%s"\n' "${table^}" "$table"
    printf '    %s\n' "$@"
  } >"${models:-app/models}/$table.py"
}
users() { model users "id = Column(Integer, primary_key=True)" "name = Column(String(50))" "$@"; }
email='email = Column(String(255))'
add_email="op.add_column('users', sa.Column('email', sa.String(255)))"

on() { quiet_git checkout -q -B "$1" "${2:-HEAD}"; }
commit() { # [MESSAGE]
  quiet_git add -A
  quiet_git commit -qm "${1:-change}"
}
code() { # [NAME]: a change that concerns no schema
  echo "${1:-code}" >>app/"${1:-code}".txt
  commit "${1:-code}"
}
published() { quiet_git push -q --no-verify "$@"; }
# elsewhere BRANCH: another person's clone, at the remote's BRANCH; `back` returns.
elsewhere() {
  [ -d "$work/other" ] || quiet_git clone -q "$work/remote.git" "$work/other"
  cd "$work/other" || exit 98
  quiet_git fetch -q origin
  quiet_git checkout -q -B "$1" "origin/${2:-$1}"
}
back() { cd "$work/repo" || exit 98; }
skip() { echo "skip: $*" >"$work/skip"; exit 0; }

# Models of TypeScript and Elixir with their first migration, pushed.
settle() { rm -rf alembic alembic.ini app; quiet_git add -A; quiet_git commit -qm "another tool"; quiet_git push -q --no-verify origin main; }
typeorm_user() { # MEMBER...
  mkdir -p src/user
  {
    printf 'import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";\n\n@Entity("users")\nexport class User {\n  @PrimaryGeneratedColumn() id: number;\n  @Column() name: string;\n'
    printf '  %s\n' "$@"
    printf '}\n'
  } >src/user/user.entity.ts
}
typeorm_migration() { # NUMBER SQL
  mkdir -p src/migrations
  printf 'import { MigrationInterface, QueryRunner } from "typeorm";\n\nexport class M170000000000%s implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {\n    await queryRunner.query(`%s`);\n  }\n  async down(queryRunner: QueryRunner) {}\n}\n' \
    "$1" "$2" >"src/migrations/170000000000$1-m.ts"
}
typeorm_tree() { typeorm_user; typeorm_migration 1 'CREATE TABLE "users" ("id" SERIAL NOT NULL, "name" character varying NOT NULL)'; settle; }
drizzle_users() { # COLUMN...
  mkdir -p src
  {
    printf 'import { pgTable, serial, text } from "drizzle-orm/pg-core";\n\nexport const users = pgTable("users", {\n  id: serial("id").primaryKey(),\n'
    printf '  %s,\n' "$@"
    printf '});\n'
  } >src/things.ts
}
drizzle_tree() {
  drizzle_users 'name: text("name")'
  mkdir -p drizzle/meta
  printf 'CREATE TABLE "users" (\n\t"id" serial PRIMARY KEY NOT NULL,\n\t"name" text\n);\n' >drizzle/0000_init.sql
  printf '{"version":"7","dialect":"postgresql","entries":[{"idx":0,"version":"7","when":1,"tag":"0000_init","breakpoints":true}]}\n' >drizzle/meta/_journal.json
  settle
}
ecto_user() { # FIELD...
  mkdir -p lib/shop
  {
    printf 'defmodule Shop.User do\n  use Ecto.Schema\n\n  schema "users" do\n    field :name, :string\n'
    printf '    %s\n' "$@"
    printf '  end\nend\n'
  } >lib/shop/user.ex
}
ecto_migration() { # NAME STATEMENT
  mkdir -p priv/repo/migrations
  printf 'defmodule Shop.Repo.Migrations.M do\n  use Ecto.Migration\n\n  def change do\n    %s\n  end\nend\n' "$2" >"priv/repo/migrations/$1.exs"
}
ecto_tree() { ecto_user; ecto_migration 20240101000000_init 'create table(:users), do: add(:name, :string)'; settle; }

# postgres [NAME]: the URL of a database of this scenario's own; postgres_at URL REVISION: what Alembic wrote there.
postgres() {
  local name
  name=push_$(basename "$work" .work | tr -c 'a-z0-9' _)${1:-}
  psql -Xq "$HOOKCHECK_TEST_POSTGRES" -c "create database $name" >&2
  printf '%s\n' "$HOOKCHECK_TEST_POSTGRES" | sed -E "s#/[^/?]*(\?|\$)#/$name\1#"
}
postgres_at() {
  psql -Xq "$1" -c "set client_min_messages=error; create table if not exists alembic_version(version_num varchar(32) primary key)" \
    -c "delete from alembic_version" -c "insert into alembic_version values('$2')"
}

# Whole applications, tests/corpus/push/trees: `base_tree() { tree django; }` before start. DIRECTORY is where, one of several.
tree() { # NAME [DIRECTORY]
  mkdir -p "${2:-.}"
  cp -R "$root/tests/corpus/push/trees/$1/." "${2:-.}" || exit 98
}
# Edits of their files; one that finds nothing to edit is a wrong step.
after() { # REGEX FILE LINE...: the lines below each line that matches
  local regex=$1 file=$2
  shift 2
  grep -q -e "$regex" "$file" || { echo "step failed: no /$regex/ in $file" >&2; exit 98; }
  printf '%s\n' "$@" | sed -i "\\~$regex~r /dev/stdin" "$file"
}
swap() { # REGEX TEXT FILE
  grep -q -e "$1" "$3" || { echo "step failed: no /$1/ in $3" >&2; exit 98; }
  sed -i "s~$1~$2~" "$3"
}
without() { # REGEX FILE: the lines that match are taken out
  grep -q -e "$1" "$2" || { echo "step failed: no /$1/ in $2" >&2; exit 98; }
  sed -i "\\~$1~d" "$2"
}
revision() { # ID DOWN SLUG STATEMENT...: as Alembic's template of today writes it
  local id=$1 down=$2 slug=$3 directory=${versions:-migrations/versions}
  shift 3
  {
    printf '"""%s\n\nRevision ID: %s\nRevises: %s\nCreate Date: 2024-04-02 08:15:30.123456+00:00\n\n"""\n' "${slug//_/ }" "$id" "$down"
    printf 'from typing import Sequence, Union\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n# revision identifiers, used by Alembic.\n'
    printf 'revision: str = "%s"\ndown_revision: Union[str, None] = "%s"\nbranch_labels: Union[str, Sequence[str], None] = None\ndepends_on: Union[str, Sequence[str], None] = None\n\n\n' "$id" "$down"
    printf 'def upgrade() -> None:\n    # ### commands auto generated by Alembic - please adjust! ###\n'
    printf '    %s\n' "$@"
    printf '    # ### end Alembic commands ###\n\n\ndef downgrade() -> None:\n    pass\n'
  } >"$directory/2024_04_02-${id}_$slug.py"
}
django_step() { # APP NAME DEPENDENCY OPERATION...
  local app=$1 name=$2 dependency=$3
  shift 3
  {
    printf '# Generated by Django 4.2.11 on 2024-04-02 08:15\n\nimport django.db.models.deletion\nfrom django.conf import settings\nfrom django.db import migrations, models\n\n\n'
    printf 'class Migration(migrations.Migration):\n\n    dependencies = [\n        %s,\n    ]\n\n    operations = [\n' "$dependency"
    printf '        %s,\n' "$@"
    printf '    ]\n'
  } >"apps/$app/migrations/$name.py"
}
