"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    op.execute(sa.text("ALTER TABLE users ADD COLUMN IF NOT EXISTS email VARCHAR(50)"))


def downgrade():
    op.drop_column("users", "email")
