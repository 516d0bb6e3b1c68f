"""Providers: the clinicians."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import Base, Row
from shared.identity import User

if TYPE_CHECKING:  # for the type checker alone: at run time models are named by string
    from contexts.cme.models import CMEActivity
    from contexts.credentials.models import Credential

NPI_LENGTH = 10


class Provider(Row, Base):
    """A clinician, by their National Provider Identifier; linked to a user who may log in."""

    __tablename__ = "providers"

    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), unique=True
    )
    npi: Mapped[str] = mapped_column(String(NPI_LENGTH), unique=True)
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200), index=True)
    specialty: Mapped[str | None] = mapped_column(String(200))

    user: Mapped[User | None] = relationship(back_populates="provider")
    credentials: Mapped[list[Credential]] = relationship(
        back_populates="provider", cascade="all, delete-orphan", passive_deletes=True
    )
    cme_activities: Mapped[list[CMEActivity]] = relationship(
        back_populates="provider", cascade="all, delete-orphan", passive_deletes=True
    )
