from sqlalchemy import Column, DateTime, Integer, func
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Model(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)

class Person(Model):
    __tablename__ = "people"
    kind = Column(Integer)
class Worker(Person):
    __tablename__ = "workers"
    id = Column(Integer, primary_key=True)
    wage = Column(Integer)
class Boss(Person):
    car = Column(Integer)
