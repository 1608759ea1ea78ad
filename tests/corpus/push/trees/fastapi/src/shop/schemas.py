from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class UserIn(BaseModel):
    email: EmailStr
    full_name: str | None = Field(default=None, max_length=120)


class UserOut(UserIn):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    is_active: bool


class OrderOut(BaseModel):
    id: UUID
    status: str
    total: Decimal
