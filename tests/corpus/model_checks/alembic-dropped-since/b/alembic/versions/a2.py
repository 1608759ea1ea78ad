"""x"""
from alembic import op
import sqlalchemy as sa

revision = "ccc"
down_revision = 'bbb'


def upgrade():
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("email")


def downgrade():
    op.drop_column("users", "email")
