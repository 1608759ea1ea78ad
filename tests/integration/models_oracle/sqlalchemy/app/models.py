import enum

import sqlalchemy as sa
from sqlalchemy import Column, Integer, func, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import declarative_base, declared_attr

Base = declarative_base()
SHORT = 12


class Colour(enum.Enum):
    red = 1
    blue = 2


class Money(sa.TypeDecorator):
    impl = sa.Numeric(14, 2)
    cache_ok = True


class Stamp:
    made = Column(sa.DateTime(timezone=True), server_default=func.now())

    @declared_attr
    def maker_id(cls):
        return Column(sa.ForeignKey("everything.id"))


class Everything(Base):
    __tablename__ = "everything"
    id = Column(Integer, primary_key=True)
    a1 = Column(sa.BigInteger)
    a2 = Column(sa.SmallInteger())
    a3 = Column(sa.String)
    a4 = Column(sa.String(SHORT))
    a5 = Column(sa.Unicode(7))
    a6 = Column(sa.UnicodeText)
    a7 = Column(sa.Text)
    a8 = Column(sa.CHAR(3))
    a9 = Column(sa.Boolean)
    b1 = Column(sa.Date)
    b2 = Column(sa.DateTime)
    b3 = Column(sa.TIMESTAMP(timezone=True))
    b4 = Column(sa.Time)
    b5 = Column(sa.Interval)
    b6 = Column(sa.Numeric)
    b7 = Column(sa.Numeric(8))
    b8 = Column(sa.Numeric(precision=8, scale=3))
    b9 = Column(sa.DECIMAL(5, 1))
    c1 = Column(sa.Float)
    c2 = Column(sa.Float(53))
    c3 = Column(sa.REAL)
    c4 = Column(sa.LargeBinary)
    c5 = Column(sa.PickleType)
    c6 = Column(sa.JSON)
    c7 = Column(pg.JSONB)
    c8 = Column(pg.UUID(as_uuid=True))
    c9 = Column(pg.ARRAY(sa.Integer, dimensions=2))
    d1 = Column(sa.ARRAY(sa.String(4)))
    d2 = Column(pg.INET)
    d3 = Column(pg.CIDR)
    d4 = Column(pg.MACADDR)
    d5 = Column(pg.HSTORE)
    d6 = Column(pg.TSVECTOR)
    d7 = Column(pg.BIT(5))
    d8 = Column(pg.BIT(5, varying=True))
    d9 = Column(pg.DOUBLE_PRECISION)
    e1 = Column(pg.INT4RANGE)
    e2 = Column(pg.TSTZRANGE)
    e3 = Column(pg.TIMESTAMP(precision=3))
    e4 = Column(pg.INTERVAL(precision=2))
    e5 = Column(sa.Enum(Colour))
    e6 = Column(sa.Enum("x", "y", name="letters"))
    e7 = Column(pg.ENUM("p", "q", name="pees"))
    e8 = Column(sa.Enum("short", "much longer", native_enum=False, name="n"))
    e9 = Column(Money)
    f1 = Column(MutableDict.as_mutable(pg.JSONB))
    f2 = Column(sa.String(9).with_variant(sa.Text(), "sqlite"))
    f3 = Column(pg.MONEY)
    f4 = Column("renamed", sa.Integer, nullable=False, server_default="0")
    f5 = Column(pg.OID)
    f6 = Column(sa.VARCHAR(6))
    f7 = Column(sa.TIME(timezone=True))


class Child(Stamp, Base):
    __tablename__ = "child"
    id = Column(Integer, primary_key=True)
    parent_id = Column(sa.ForeignKey("everything.id"), nullable=False)
    text_key = Column(sa.ForeignKey("everything.a4"))
