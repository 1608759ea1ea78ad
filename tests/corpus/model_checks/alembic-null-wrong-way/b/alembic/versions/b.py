"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    op.alter_column("users", "is_active", nullable=True)


def downgrade():
    op.drop_column("users", "email")
