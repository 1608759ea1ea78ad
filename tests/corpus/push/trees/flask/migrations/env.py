from alembic import context
from flask import current_app


def get_engine():
    return current_app.extensions["migrate"].db.engine


def run_migrations_online():
    with get_engine().connect() as connection:
        context.configure(connection=connection, target_metadata=current_app.extensions["migrate"].db.metadata)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
