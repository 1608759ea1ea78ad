"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    op.execute("ALTER TYPE user_state ADD VALUE 'c'")


def downgrade():
    op.drop_column("users", "email")
