import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Annotated, List, Optional

from sqlalchemy import BigInteger, DateTime, ForeignKey, MetaData, Numeric, String, func, true
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

str50 = Annotated[str, 50]
intpk = Annotated[int, mapped_column(primary_key=True)]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"ix": "idx_%(table_name)s_%(column_0_name)s"})
    type_annotation_map = {dt.datetime: DateTime(timezone=True), str50: String(50), Decimal: Numeric(12, 4)}


class Stamped:
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("accounts.id"))


class Kind(enum.Enum):
    small = "S"
    large = "L"


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[intpk]
    name: Mapped[str50]
    nick: Mapped[Optional[str]]
    kind: Mapped[Kind]
    balance: Mapped[Decimal]
    orders: Mapped[List["Order"]] = relationship(back_populates="account")


class Order(Stamped, Base):
    __tablename__ = "orders"

    id: Mapped[intpk]
    token: Mapped[uuid.UUID]
    account: Mapped["Account"] = relationship(back_populates="orders")
