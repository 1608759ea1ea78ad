"""ADD lines of every column but the keys, by SQLAlchemy's PostgreSQL dialect."""
import sys

sys.path.insert(0, sys.argv[1])
from sqlalchemy.dialects import postgresql  # noqa: E402

from app.models import Base  # noqa: E402

lines = [
    f"ADD {table.name}.{column.name} {column.type.compile(dialect=postgresql.dialect())}"
    for table in Base.metadata.tables.values()
    for column in table.columns
    if column.name != "id"
]
print("\n".join(sorted(lines)))
