"""The declarative base of every context."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
