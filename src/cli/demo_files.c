#include "cli/demo_files.h"

#include "base/base.h"

const struct demo_file demo_files[] = {
    {"apps/backend-api/alembic.ini", "[alembic]\n"
                                     "script_location = alembic\n"},
    {"apps/backend-api/alembic/env.py", "from alembic import context\n"
                                        "\n"
                                        "context.configure(version_table=\"alembic_version\")\n"},
    {DEMO_VERSIONS "/394c8c3cbf42_create_users.py",
     "\"\"\"create users\"\"\"\n"
     "import sqlalchemy as sa\n"
     "from alembic import op\n"
     "\n"
     "revision = \"394c8c3cbf42\"\n"
     "down_revision = None\n"
     "\n"
     "\n"
     "def upgrade():\n"
     "    op.create_table(\n"
     "        \"users\",\n"
     "        sa.Column(\"id\", sa.Integer, primary_key=True),\n"
     "        sa.Column(\"email\", sa.Text, nullable=False),\n"
     "    )\n"
     "\n"
     "\n"
     "def downgrade():\n"
     "    op.drop_table(\"users\")\n"},
    {DEMO_VERSIONS "/" DEMO_REVISION "_add_email_issue_flags.py",
     "\"\"\"add email issue flags\"\"\"\n"
     "import sqlalchemy as sa\n"
     "from alembic import op\n"
     "\n"
     "revision = \"" DEMO_REVISION "\"\n"
     "down_revision = \"394c8c3cbf42\"\n"
     "\n"
     "\n"
     "def upgrade():\n"
     "    op.add_column(\"users\", sa.Column(\"email_issue_type\", sa.Text))\n"
     "    op.add_column(\"users\", sa.Column(\"email_issue_at\", sa.Text))\n"
     "\n"
     "\n"
     "def downgrade():\n"
     "    op.drop_column(\"users\", \"email_issue_at\")\n"
     "    op.drop_column(\"users\", \"email_issue_type\")\n"},
    {"apps/backend-api/models/user.py", "import sqlalchemy as sa\n"
                                        "from .base import Base\n"
                                        "\n"
                                        "\n"
                                        "class User(Base):\n"
                                        "    __tablename__ = \"users\"\n"
                                        "    id = sa.Column(sa.Integer, primary_key=True)\n"
                                        "    email = sa.Column(sa.Text, nullable=False)\n"
                                        "    email_issue_type = sa.Column(sa.Text)\n"
                                        "    email_issue_at = sa.Column(sa.Text)\n"},
};
const size_t demo_file_count = COUNT_OF(demo_files);

const char demo_sql_before[] =
    "create table alembic_version (version_num varchar(32) primary key);\n"
    "create table users (id integer primary key, email text not null);\n"
    "insert into alembic_version values ('394c8c3cbf42');";

const char demo_sql_upgrade[] = "\n"
                                "  alter table users add column email_issue_type text;\n"
                                "  alter table users add column email_issue_at text;\n"
                                "  update alembic_version set version_num = '" DEMO_REVISION "'";
