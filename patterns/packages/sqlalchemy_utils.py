# packages: sqlalchemy_utils
# Source: SQLAlchemy-Utils 0.33 to 0.41, models.py. Its types are in src/readers/sqlalchemy_types.c.
from sqlalchemy import Column, DateTime


class Timestamp:
    created = Column(DateTime, nullable=False)
    updated = Column(DateTime, nullable=False)
