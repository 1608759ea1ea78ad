"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    op.create_table("tags", sa.Column("id", sa.Integer()))


def downgrade():
    op.drop_column("users", "email")
