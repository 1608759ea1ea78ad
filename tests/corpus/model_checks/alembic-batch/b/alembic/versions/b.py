"""x"""
from alembic import op
import sqlalchemy as sa

revision = "bbb"
down_revision = 'aaa'


def upgrade():
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(50)))


def downgrade():
    op.drop_column("users", "email")
