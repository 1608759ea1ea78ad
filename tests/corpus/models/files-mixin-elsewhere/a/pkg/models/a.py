from .base import Model

class A(Model):
    __tablename__ = "a"
