# packages: fastapi_users_db_sqlmodel
# Source: fastapi-users-db-sqlmodel 0.2 and 0.3, __init__.py, access_token.py.
from datetime import datetime
from typing import Optional
from uuid import UUID

from sqlalchemy import Column, DateTime, String
from sqlmodel import Field, SQLModel


class SQLModelBaseUserDB(SQLModel):
    __tablename__ = "user"
    id: UUID = Field(primary_key=True)
    email: str = Field(unique=True, index=True)
    hashed_password: str
    is_active: bool
    is_superuser: bool
    is_verified: bool


class SQLModelBaseOAuthAccount(SQLModel):
    __tablename__ = "oauthaccount"
    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="user.id")
    oauth_name: str = Field(index=True)
    access_token: str
    expires_at: Optional[int]
    refresh_token: Optional[str]
    account_id: str = Field(index=True)
    account_email: str


class SQLModelBaseAccessToken(SQLModel):
    __tablename__ = "accesstoken"
    token: str = Field(sa_column=Column("token", String(43), primary_key=True))
    created_at: datetime = Field(sa_column=Column("created_at", DateTime(timezone=True), nullable=False, index=True))
    user_id: UUID = Field(foreign_key="user.id")
