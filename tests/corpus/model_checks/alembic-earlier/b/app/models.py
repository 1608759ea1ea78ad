from sqlalchemy import Boolean, Column, Enum, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(50))
    is_active = Column(Boolean)
    state = Column(Enum("a", "b", name="user_state"))
