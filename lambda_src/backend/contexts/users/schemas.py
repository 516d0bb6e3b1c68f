"""Users as the API sees them; a password hash is never one of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.identity import Role
from shared.schemas import Answer, Body, Email, NewPassword, ShortText


class NewUser(Body):
    """A user to be created."""

    email: Email
    password: NewPassword
    full_name: ShortText
    role: Role


class UserChange(Body):
    """What may be changed; what is left out stays."""

    role: Role | None = None
    is_active: bool | None = None


class ProfileView(Answer):
    """A profile."""

    full_name: str


class UserView(Answer):
    """A user."""

    id: UUID
    email: str
    role: Role
    is_active: bool
    created_at: datetime
    profile: ProfileView | None
