"""x"""
from alembic import op
import sqlalchemy as sa

revision = "aaa"
down_revision = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer()), sa.Column("is_active", sa.Boolean()), sa.Column("state", sa.Enum("a", "b", name="user_state")))


def downgrade():
    op.drop_column("users", "email")
