"""What the backend's tests share: people of every role, trees to break, log lines to read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import models
from contexts.providers.models import Provider
from shared.database import unit_of_work
from shared.identity import Role, User
from shared.passwords import hash_password
from shared.tokens import TokenType, new_token, sign

BACKEND = Path(__file__).resolve().parents[2] / "lambda_src" / "backend"
PASSWORD = "correct horse battery staple"
SIGNING_KEY = "a key for tests, long enough for HS256 to accept it"
ORIGIN = "https://app.example.com"
NPIS = ("1234567893", "1679576722", "1003000126", "1245319599", "1023011178")
_numbers = count(1)

assert models.__all__  # the relationships of what is stored here need all of them


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


@dataclass(frozen=True)
class Person:
    """A user in the database, with a valid access token."""

    id: UUID
    email: str
    provider_id: UUID | None
    headers: Mapping[str, str]


def person(role: Role, *, npi: str | None = None, active: bool = True) -> Person:
    """Store a user, linked to a provider when there is an NPI."""
    user = User(
        email=f"{role}{next(_numbers)}@example.com",
        password_hash=password_hash(),
        role=role,
        is_active=active,
    )
    with unit_of_work() as session:
        session.add(user)
        session.flush()
        provider = None
        if npi:
            provider = Provider(npi=npi, first_name="Ada", last_name=f"Nr{npi}", user_id=user.id)
            session.add(provider)
    return Person(user.id, user.email, provider.id if provider else None, bearer(user.id))


def bearer(user_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(new_token(user_id, TokenType.ACCESS))}"}


def copied_backend(folder: Path) -> Path:
    """A copy of the backend's source, to be broken."""
    return Path(
        shutil.copytree(BACKEND, folder / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    )


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there: a tree that was not broken proves nothing."""
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new))


def run_in(
    root: Path, program: str, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter whose import path starts at `root`, and no variables."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **(variables or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def log_lines(text: str, message: str) -> list[dict[str, Any]]:
    """The structured log lines with a message."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == message]
