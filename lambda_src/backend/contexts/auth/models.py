"""Refresh tokens: which were issued, which were used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import Base, Row
from shared.identity import User


class RefreshToken(Row, Base):
    """One refresh token; its id is the JWT's `jti`, so the table holds nothing that logs in.

    Tokens that followed one another since a login share a family. A token is used once; used
    again, it was stolen, from somebody, at some time: the whole family ends.
    """

    __tablename__ = "refresh_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    family: Mapped[UUID] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
