"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    op.add_column("users", sa.Column("email", sa.String(50)))


def downgrade():
    op.drop_column("users", "email")
