"""Who may log in: the user, known to several contexts and therefore here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Enum, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import Base, Row

if TYPE_CHECKING:  # for the type checker alone: at run time models are named by string
    from contexts.providers.models import Provider
    from contexts.users.models import UserProfile

EMAIL_LENGTH = 254  # RFC 5321
ENUM_LENGTH = 40


class Role(StrEnum):
    """What a user may do: everything; everything but users; their own records."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    PROVIDER = "provider"


STAFF = (Role.ADMIN, Role.COORDINATOR)


def stored_as_text(values: type[StrEnum]) -> Enum:
    """A column type for an enumeration: its values as text, so that adding one needs no DDL."""
    return Enum(
        values,
        native_enum=False,
        length=ENUM_LENGTH,
        values_callable=lambda enumeration: [member.value for member in enumeration],
    )


def canonical_email(email: str) -> str:
    """The one spelling an e-mail is stored and looked up by."""
    return email.lower()


class User(Row, Base):
    """An account: an e-mail in its canonical spelling, a password hash, a role."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_canonical"),)

    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(stored_as_text(Role))
    is_active: Mapped[bool] = mapped_column(default=True)

    profile: Mapped[UserProfile | None] = relationship(back_populates="user")
    provider: Mapped[Provider | None] = relationship(back_populates="user")
