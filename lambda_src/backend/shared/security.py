"""Passwords (argon2id) and tokens (signed JWTs)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID, uuid4

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Unauthorized
from shared.secret_store import member, read_secret
from shared.settings import MINIMUM_KEY_BYTES, SettingsError, settings

# OWASP's minimum for argon2id: a function has one core and a gigabyte for everything.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# The hash of a random password nobody kept, with the parameters above: verified when there is no
# such user, so that an unknown e-mail takes as long as a wrong password.
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$ZZPGVBpCxNMCn5kUxt93jA$"
    "F2g5B46HaeMygaYdAk7MbpDksDmw+N5yytJft+EVIac"
)

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


def hash_password(password: str) -> str:
    """Hash a password, salt and parameters included."""
    return HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether a password is right; takes the same time when there is no hash to compare with."""
    try:
        HASHER.verify(password_hash or NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


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
