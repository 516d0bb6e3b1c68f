"""Profiles of users: what is not needed to log in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import Base
from shared.identity import User


class UserProfile(Base):
    """How a user is called; one for each user, and none for a technical one."""

    __tablename__ = "user_profiles"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    full_name: Mapped[str] = mapped_column(String(200))

    user: Mapped[User] = relationship(back_populates="profile")
