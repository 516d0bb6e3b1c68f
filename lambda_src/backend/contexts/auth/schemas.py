"""What logging in takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.schemas import Answer, Body, Email, GivenPassword, NewPassword


class Login(Body):
    """An e-mail and a password."""

    email: Email
    password: GivenPassword


class RefreshRequest(Body):
    """A refresh token, to be exchanged or ended."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class PasswordChange(Body):
    """The password that holds now, and the one that shall."""

    current_password: GivenPassword
    new_password: NewPassword


class Tokens(Answer):
    """An access token for the next minutes, a refresh token for the next one."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6750's word, no secret
