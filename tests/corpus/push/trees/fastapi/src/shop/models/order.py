from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Optional
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db.base import Base, TimestampMixin, UUIDMixin

if TYPE_CHECKING:
    from shop.models.user import User


class OrderStatus(str, enum.Enum):
    pending = "pending"
    paid = "paid"
    shipped = "shipped"


class Order(UUIDMixin, TimestampMixin, Base):
    __tablename__ = "orders"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    status: Mapped[OrderStatus] = mapped_column(
        Enum(OrderStatus, name="order_status"), default=OrderStatus.pending
    )
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    payload: Mapped[Optional[dict[str, Any]]] = mapped_column(JSONB)

    user: Mapped[User] = relationship(back_populates="orders")
