# packages: advanced_alchemy litestar.contrib.sqlalchemy litestar.plugins.sqlalchemy
# Source: advanced-alchemy 0.20 to 1.5, base.py, mixins/*.py, types/*.py.
import re
from datetime import date, datetime
from typing import Optional
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, MetaData, String, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator

GUID = Uuid()
JsonB = JSONB()
BigIntIdentity = BigInteger()


class DateTimeUTC(TypeDecorator):
    impl = DateTime(timezone=True)


class EncryptedString(TypeDecorator):
    impl = String()

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(String())


class EncryptedText(TypeDecorator):
    impl = Text()


orm_registry = registry(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    ),
    type_annotation_map={UUID: GUID, datetime: DateTimeUTC, date: Date, dict: JsonB},
)


class AdvancedDeclarativeBase(DeclarativeBase):
    registry = orm_registry


class BasicAttributes:
    pass


class CommonTableAttributes:
    @declared_attr.directive
    def __tablename__(cls):
        return re.sub("((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", cls.__name__).lower()


class UniqueMixin:
    pass


class SentinelMixin:
    sa_orm_sentinel: Mapped[Optional[int]]


class UUIDPrimaryKey(SentinelMixin):
    id: Mapped[UUID] = mapped_column(GUID, primary_key=True)


class UUIDv6PrimaryKey(UUIDPrimaryKey):
    pass


class UUIDv7PrimaryKey(UUIDPrimaryKey):
    pass


class NanoIDPrimaryKey(SentinelMixin):
    id: Mapped[str] = mapped_column(primary_key=True)


class BigIntPrimaryKey:
    id: Mapped[int] = mapped_column(BigIntIdentity, primary_key=True)


class IdentityPrimaryKey(BigIntPrimaryKey):
    pass


class AuditColumns:
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC)
    updated_at: Mapped[datetime] = mapped_column(DateTimeUTC)


class SlugKey:
    slug: Mapped[str] = mapped_column(String(100))

    @declared_attr.directive
    def __table_args__(cls):
        return (UniqueConstraint("slug", name=f"uq_{cls.__tablename__}_slug"),)


class DefaultBase(CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True


class UUIDBase(UUIDPrimaryKey, DefaultBase):
    __abstract__ = True


class UUIDAuditBase(UUIDPrimaryKey, AuditColumns, DefaultBase):
    __abstract__ = True


class UUIDv6Base(UUIDBase):
    __abstract__ = True


class UUIDv6AuditBase(UUIDAuditBase):
    __abstract__ = True


class UUIDv7Base(UUIDBase):
    __abstract__ = True


class UUIDv7AuditBase(UUIDAuditBase):
    __abstract__ = True


class NanoIDBase(NanoIDPrimaryKey, DefaultBase):
    __abstract__ = True


class NanoIDAuditBase(NanoIDPrimaryKey, AuditColumns, DefaultBase):
    __abstract__ = True


class BigIntBase(BigIntPrimaryKey, DefaultBase):
    __abstract__ = True


class BigIntAuditBase(BigIntPrimaryKey, AuditColumns, DefaultBase):
    __abstract__ = True


class IdentityBase(BigIntBase):
    __abstract__ = True


class IdentityAuditBase(BigIntAuditBase):
    __abstract__ = True
