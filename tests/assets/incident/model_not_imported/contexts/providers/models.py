"""Providers and what they have attended."""

from database import Base
from sqlalchemy.orm import Mapped, mapped_column, relationship


class Provider(Base):
    __tablename__ = "providers"

    id: Mapped[int] = mapped_column(primary_key=True)
    activities: Mapped[list["CMEActivity"]] = relationship("CMEActivity")
