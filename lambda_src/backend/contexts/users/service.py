"""Users: listing, creating, changing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from contexts.users.models import UserProfile
from contexts.users.schemas import NewUser, UserChange
from shared.access import Principal
from shared.errors import Conflict, NotFound
from shared.identity import Role, User
from shared.passwords import hash_password
from shared.schemas import Window, page_of


def get(session: Session, user_id: UUID) -> User:
    """One user with their profile.

    Raises:
        NotFound: there is none.
    """
    user = session.get(User, user_id, options=[joinedload(User.profile)])
    if user is None:
        raise NotFound("there is no such user")
    return user


def page(
    session: Session, window: Window, *, role: Role | None, search: str | None
) -> dict[str, Any]:
    """Users by e-mail, those of a role or whose e-mail contains a text."""
    statement = select(User).options(joinedload(User.profile)).order_by(User.email)
    if role is not None:
        statement = statement.where(User.role == role)
    if search:
        # autoescape: % and _ are characters of an e-mail here, not wildcards.
        statement = statement.where(User.email.icontains(search, autoescape=True))
    return page_of(session, statement, window)


def create(session: Session, new: NewUser) -> User:
    """Create a user with a profile.

    Raises:
        Conflict: the e-mail is taken, in whatever case.
    """
    if session.scalar(select(User.id).where(User.email == new.email)):
        raise Conflict("a user with this e-mail exists already")
    user = User(email=new.email, password_hash=hash_password(new.password), role=new.role)
    user.profile = UserProfile(full_name=new.full_name)
    session.add(user)
    session.flush()
    session.refresh(user, ["created_at"])
    return user


def change(session: Session, user_id: UUID, change: UserChange, principal: Principal) -> User:
    """Change a user's role or activity.

    Raises:
        NotFound: there is no such user.
        Conflict: it is one's own account; the last admin could lock everybody out.
    """
    if user_id == principal.user_id:
        raise Conflict("another admin must change your account")
    user = get(session, user_id)
    for name, value in change.model_dump(exclude_none=True).items():
        setattr(user, name, value)
    return user
