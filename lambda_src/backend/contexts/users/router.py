"""/api/v1/users: oneself for everybody, all users for admins."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contexts.users import service
from contexts.users.schemas import NewUser, UserChange, UserView
from shared.access import AdminOnly, Me
from shared.database import unit_of_work
from shared.identity import Role
from shared.schemas import Page, Paging, ShortText

router = APIRouter(tags=["users"])


@router.get("/me")
def me(me: Me) -> UserView:
    """Who is asking."""
    with unit_of_work() as db:
        return UserView.model_validate(service.get(db, me.user_id))


@router.get("")
def page(
    _admin: AdminOnly,
    window: Paging,
    role: Role | None = None,
    search: Annotated[ShortText | None, Query()] = None,
) -> Page[UserView]:
    """Users by e-mail; `search` is part of one."""
    with unit_of_work() as db:
        return Page[UserView].model_validate(service.page(db, window, role=role, search=search))


@router.post("", status_code=HTTPStatus.CREATED)
def create(body: NewUser, _admin: AdminOnly) -> UserView:
    """Create a user."""
    with unit_of_work() as db:
        return UserView.model_validate(service.create(db, body))


@router.patch("/{user_id}")
def change(user_id: UUID, body: UserChange, admin: AdminOnly) -> UserView:
    """Change a user's role, or take the right to log in away."""
    with unit_of_work() as db:
        return UserView.model_validate(service.change(db, user_id, body, admin))
