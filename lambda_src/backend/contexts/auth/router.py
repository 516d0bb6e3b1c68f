"""/api/v1/auth: log in, refresh, log out, change the password."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from contexts.auth import service
from contexts.auth.schemas import Login, PasswordChange, RefreshRequest, Tokens
from shared.access import Me
from shared.database import unit_of_work

router = APIRouter(tags=["auth"])


@router.post("/login")
def log_in(body: Login) -> Tokens:
    """Exchange an e-mail and a password for an access and a refresh token."""
    with unit_of_work() as db:
        return service.log_in(db, body.email, body.password)


@router.post("/refresh")
def refresh(body: RefreshRequest) -> Tokens:
    """Exchange a refresh token for new tokens; it is good for one exchange."""
    with unit_of_work() as db:
        return service.refresh(db, body.refresh_token)


@router.post("/logout", status_code=HTTPStatus.NO_CONTENT)
def log_out(body: RefreshRequest) -> None:
    """End the log-in that a refresh token belongs to."""
    with unit_of_work() as db:
        service.log_out(db, body.refresh_token)


@router.post("/password", status_code=HTTPStatus.NO_CONTENT)
def change_password(body: PasswordChange, me: Me) -> None:
    """Set a new password; every log-in of the user ends with its present access token."""
    with unit_of_work() as db:
        service.change_password(db, me.user_id, body.current_password, body.new_password)
