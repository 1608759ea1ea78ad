from sqlalchemy import Column, DateTime, Integer, func
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Model(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)
