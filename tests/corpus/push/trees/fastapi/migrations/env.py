from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

from shop.config import settings
from shop.db.base import Base
from shop import models  # noqa: F401

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name)
target_metadata = Base.metadata


def run_migrations_online() -> None:
    connectable = engine_from_config({"sqlalchemy.url": settings.database_url}, poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
