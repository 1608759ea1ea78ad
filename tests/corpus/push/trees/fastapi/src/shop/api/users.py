from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.db.session import get_session
from shop.models import User
from shop.schemas import UserIn, UserOut

router = APIRouter(prefix="/users")


@router.get("", response_model=list[UserOut])
async def list_users(session: AsyncSession = Depends(get_session)) -> list[User]:
    return list((await session.scalars(select(User).order_by(User.created_at))).all())


@router.post("", response_model=UserOut, status_code=201)
async def create_user(body: UserIn, session: AsyncSession = Depends(get_session)) -> User:
    if await session.scalar(select(User).where(User.email == body.email)):
        raise HTTPException(409, "already registered")
    user = User(**body.model_dump())
    session.add(user)
    await session.commit()
    return user
