"""Tokens: signed JWTs for access and for refreshing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID, uuid4

import jwt

from shared.errors import Unauthorized
from shared.secret_store import member, read_secret
from shared.settings import MINIMUM_KEY_BYTES, SettingsError, settings

ALGORITHM = "HS256"
ISSUER = "credmate"
AUDIENCE = "credmate-api"
REQUIRED_CLAIMS = ["exp", "iat", "jti", "iss", "aud", "sub", "type"]
LEEWAY = timedelta(seconds=5)  # between the clocks of two hosts


class TokenType(StrEnum):
    """What a token is good for; one is never accepted in the other's place."""

    ACCESS = "access"
    REFRESH = "refresh"


LIFETIMES = {TokenType.ACCESS: timedelta(minutes=15), TokenType.REFRESH: timedelta(days=14)}


@dataclass(frozen=True)
class Token:
    """A token's content; `id` and `user_id` are UUIDs, the time is UTC."""

    id: UUID
    user_id: UUID
    type: TokenType
    expires_at: datetime


def new_token(user_id: UUID, token_type: TokenType) -> Token:
    """A fresh token for a user, not yet signed."""
    expires_at = datetime.now(UTC).replace(microsecond=0) + LIFETIMES[token_type]
    return Token(uuid4(), user_id, token_type, expires_at)


def sign(token: Token) -> str:
    """Write a token as a JWT.

    Raises:
        SettingsError: there is no usable signing key.
    """
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(token.user_id),
        "jti": str(token.id),
        "type": token.type.value,
        "iat": token.expires_at - LIFETIMES[token.type],
        "exp": token.expires_at,
    }
    return jwt.encode(claims, signing_key(), algorithm=ALGORITHM)


def read_token(text: str, token_type: TokenType) -> Token:
    """Check a JWT and read it.

    Raises:
        Unauthorized: it is forged, expired, for somebody else, or of another type.
        SettingsError: there is no usable signing key.
    """
    try:
        claims = jwt.decode(
            text,
            signing_key(),
            algorithms=[ALGORITHM],  # pinned: the token does not choose, "none" least of all
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY,
            options={"require": REQUIRED_CLAIMS},
        )
        if claims["type"] != token_type:
            raise Unauthorized("the token is not valid")
        return Token(
            id=UUID(claims["jti"]),
            user_id=UUID(claims["sub"]),
            type=token_type,
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (jwt.InvalidTokenError, ValueError) as exc:
        raise Unauthorized("the token is not valid") from exc


@cache
def signing_key() -> str:
    """The key that signs tokens, from JWT_SIGNING_KEY or its secret.

    Raises:
        SettingsError: neither is set, or the key is too short to be one.
    """
    arn = settings().jwt_secret_arn
    key = member(read_secret(arn), "signing_key", arn) if arn else settings().jwt_signing_key
    if not key:
        raise SettingsError("neither JWT_SIGNING_KEY nor JWT_SECRET_ARN is set: set one")
    if len(key.encode()) < MINIMUM_KEY_BYTES:
        raise SettingsError(
            f"the signing key of {'JWT_SECRET_ARN' if arn else 'JWT_SIGNING_KEY'} is shorter "
            f"than {MINIMUM_KEY_BYTES} bytes: take a random one"
        )
    return key


def forget_key() -> None:
    """Read the key anew at the next token."""
    signing_key.cache_clear()
