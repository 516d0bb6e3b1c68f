from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from shared.errors import Unauthorized
from shared.settings import SettingsError
from shared.tokens import AUDIENCE, ISSUER, TokenType, new_token, read_token, sign, signing_key
from tests.backend.support import SIGNING_KEY

Claims = dict[str, Any]


def claims(**changes: Any) -> Claims:
    """The claims of a good access token, with changes; None takes one away."""
    now = datetime.now(UTC)
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(uuid4()),
        "jti": str(uuid4()),
        "type": "access",
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(content: Claims, key: str = SIGNING_KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(content, key, algorithm=algorithm)


def unsigned(content: Claims) -> str:
    """A token that says alg=none, in the spelling PyJWT would not write itself."""
    plain = {
        **content,
        "iat": int(content["iat"].timestamp()),
        "exp": int(content["exp"].timestamp()),
    }
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=")
    return f"{header.decode()}.{body.decode()}."


def test_a_token_survives_the_round_trip() -> None:
    token = new_token(uuid4(), TokenType.ACCESS)
    assert read_token(sign(token), TokenType.ACCESS) == token


def test_a_good_token_of_this_test_is_accepted() -> None:
    assert read_token(signed(claims()), TokenType.ACCESS).type is TokenType.ACCESS


PAST = datetime.now(UTC) - timedelta(minutes=1)
FUTURE = datetime.now(UTC) + timedelta(hours=1)
FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned(claims()),
    "another key": lambda: signed(claims(), key="another key, which is long enough as well"),
    "another algorithm": lambda: signed(claims(), key=SIGNING_KEY * 2, algorithm="HS512"),
    "expired": lambda: signed(claims(exp=PAST)),
    "from the future": lambda: signed(claims(iat=FUTURE, exp=FUTURE + timedelta(hours=1))),
    "another audience": lambda: signed(claims(aud="somebody-else")),
    "another issuer": lambda: signed(claims(iss="somebody-else")),
    "another type": lambda: signed(claims(type="refresh")),
    "a type that is a list": lambda: signed(claims(type=["access"])),
    "a subject that is no id": lambda: signed(claims(sub="1 OR 1=1")),
    "an id that is no id": lambda: signed(claims(jti="x")),
    **{
        f"without {name}": (lambda name=name: signed(claims(**{name: None})))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        for name in ("exp", "iat", "jti", "iss", "aud", "sub", "type")
    },
    "empty": lambda: "",
    "rubbish": lambda: "a.b.c",
    "cut short": lambda: signed(claims())[:-1],
    "not ASCII": lambda: "ü.ü.ü",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_forged_tokens_are_refused(forge: Callable[[], str]) -> None:
    with pytest.raises(Unauthorized, match="the token is not valid"):
        read_token(forge(), TokenType.ACCESS)


@pytest.mark.parametrize(("key", "text"), [("", "JWT_SIGNING_KEY"), ("short", "32 bytes")])
def test_no_key_and_a_short_key_are_said(
    monkeypatch: pytest.MonkeyPatch, key: str, text: str
) -> None:
    monkeypatch.setenv("JWT_SIGNING_KEY", key)
    with pytest.raises(SettingsError, match=text) as caught:
        signing_key()
    assert not key or key not in str(caught.value).replace("shorter", "")
