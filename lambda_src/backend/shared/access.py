"""Who is asking, and what they may see: dependencies for the routers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from shared.database import unit_of_work
from shared.errors import Conflict, Forbidden, NotFound, Unauthorized, Unprocessable
from shared.identity import STAFF, Role, User
from shared.logs import current_request
from shared.tokens import TokenType, read_token

bearer = HTTPBearer(auto_error=False)


@dataclass(frozen=True)
class Principal:
    """An authenticated user; `provider_id` is the clinician they are, if they are one."""

    user_id: UUID
    role: Role
    provider_id: UUID | None

    @property
    def is_staff(self) -> bool:
        """Whether they may see every provider's records."""
        return self.role in STAFF


def current_principal(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Principal:
    """Who is asking, by their access token.

    Role and activity come from the database, not from the token: taking a right away works at
    once. The session is over when this returns, so that no connection is held while the
    endpoint waits for a thread.

    Raises:
        Unauthorized: no token, no valid token, no such user, or one who may not log in.
    """
    if credentials is None:
        raise Unauthorized("log in first: send an access token as a bearer token")
    token = read_token(credentials.credentials, TokenType.ACCESS)
    with unit_of_work() as session:
        user = session.get(User, token.user_id, options=[joinedload(User.provider)])
        if user is None or not user.is_active:
            raise Unauthorized("the token is not valid")
        provider_id = user.provider.id if user.provider else None
    current_request().user_id = user.id
    return Principal(user.id, user.role, provider_id)


Me = Annotated[Principal, Depends(current_principal)]


def allowed(*roles: Role) -> Callable[[Principal], Principal]:
    """A dependency that lets only these roles in.

    Raises (the dependency):
        Forbidden: the user has another role.
    """

    def check(principal: Me) -> Principal:
        if principal.role not in roles:
            raise Forbidden(f"this needs the role {' or '.join(roles)}")
        return principal

    return check


AdminOnly = Annotated[Principal, Depends(allowed(Role.ADMIN))]
StaffOnly = Annotated[Principal, Depends(allowed(*STAFF))]


def visible(column: InstrumentedAttribute[UUID], principal: Principal) -> ColumnElement[bool]:
    """The condition for rows a principal may see, by the column that names their provider."""
    if principal.is_staff:
        return true()
    if principal.provider_id is None:
        return false()
    return column == principal.provider_id


def provider_for(principal: Principal, requested: UUID | None) -> UUID:
    """Which provider a record that a principal writes belongs to.

    Raises:
        Unprocessable: staff did not say which.
        Conflict: the user is not linked to a provider.
        NotFound: a provider asked for another one, who to them does not exist.
    """
    if principal.is_staff:
        if requested is None:
            raise Unprocessable("say whose record it is: provider_id is missing")
        return requested
    if principal.provider_id is None:
        raise Conflict("your account is not linked to a provider: ask a coordinator")
    if requested not in (None, principal.provider_id):
        raise NotFound("there is no such provider")
    return principal.provider_id
