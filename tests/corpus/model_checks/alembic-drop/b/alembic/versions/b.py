"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    op.drop_column("users", "is_active")


def downgrade():
    op.drop_column("users", "email")
