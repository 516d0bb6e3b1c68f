"""Credentials: what a provider must hold to practise."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import Base, Row
from shared.identity import stored_as_text

if TYPE_CHECKING:  # for the type checker alone: at run time models are named by string
    from contexts.providers.models import Provider


class Kind(StrEnum):
    """What sort of credential."""

    STATE_LICENSE = "state_license"
    BOARD_CERTIFICATION = "board_certification"
    DEA_REGISTRATION = "dea_registration"
    MALPRACTICE_INSURANCE = "malpractice_insurance"


class Credential(Row, Base):
    """One credential of one provider; without `expires_on` it holds for life."""

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("provider_id", "kind", "issuer", "number"),
        CheckConstraint("expires_on > issued_on", name="expires_after_issue"),
    )

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(stored_as_text(Kind))
    issuer: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None] = mapped_column(index=True)

    provider: Mapped[Provider] = relationship(back_populates="credentials")
