from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db.base import Base, TimestampMixin, UUIDMixin

if TYPE_CHECKING:
    from shop.models.order import Order


class User(UUIDMixin, TimestampMixin, Base):
    """A person who can buy."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(320), unique=True)
    full_name: Mapped[Optional[str]] = mapped_column(String(120))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    orders: Mapped[list[Order]] = relationship(back_populates="user", cascade="all, delete-orphan")

    @property
    def display_name(self) -> str:
        return self.full_name or self.email.split("@")[0]

    def __repr__(self) -> str:
        return f"<User {self.email}>"
