# packages: oslo_db.sqlalchemy
# Source: oslo.db 4.0 to 17.0, oslo_db/sqlalchemy/models.py.
from sqlalchemy import Column, DateTime, Integer


class ModelBase:
    pass


class TimestampMixin:
    created_at = Column(DateTime)
    updated_at = Column(DateTime)


class SoftDeleteMixin:
    deleted_at = Column(DateTime)
    deleted = Column(Integer)
