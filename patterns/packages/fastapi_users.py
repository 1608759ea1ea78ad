# packages: fastapi_users.db fastapi_users_db_sqlalchemy
# Source: fastapi-users-db-sqlalchemy 4.0 to 7.0, __init__.py, access_token.py, generics.py.
from datetime import datetime
from typing import Optional
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

GUID = Uuid()


class TIMESTAMPAware(TypeDecorator):
    impl = DateTime(timezone=True)


class SQLAlchemyBaseUserTable:
    __tablename__ = "user"
    email: Mapped[str] = mapped_column(String(320), unique=True, index=True)
    hashed_password: Mapped[str] = mapped_column(String(1024))
    is_active: Mapped[bool]
    is_superuser: Mapped[bool]
    is_verified: Mapped[bool]


class SQLAlchemyBaseUserTableUUID(SQLAlchemyBaseUserTable):
    id: Mapped[UUID] = mapped_column(GUID, primary_key=True)


class SQLAlchemyBaseOAuthAccountTable:
    __tablename__ = "oauth_account"
    oauth_name: Mapped[str] = mapped_column(String(100), index=True)
    access_token: Mapped[str] = mapped_column(String(1024))
    expires_at: Mapped[Optional[int]]
    refresh_token: Mapped[Optional[str]] = mapped_column(String(1024))
    account_id: Mapped[str] = mapped_column(String(320), index=True)
    account_email: Mapped[str] = mapped_column(String(320))


class SQLAlchemyBaseOAuthAccountTableUUID(SQLAlchemyBaseOAuthAccountTable):
    id: Mapped[UUID] = mapped_column(GUID, primary_key=True)

    @declared_attr
    def user_id(cls) -> Mapped[UUID]:
        return mapped_column(GUID, ForeignKey("user.id", ondelete="cascade"))


class SQLAlchemyBaseAccessTokenTable:
    __tablename__ = "accesstoken"
    token: Mapped[str] = mapped_column(String(43), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMPAware, index=True)


class SQLAlchemyBaseAccessTokenTableUUID(SQLAlchemyBaseAccessTokenTable):
    @declared_attr
    def user_id(cls) -> Mapped[UUID]:
        return mapped_column(GUID, ForeignKey("user.id", ondelete="cascade"))
