"""Bring the database to the newest migration and put the probe user in.

`python -m migrate` here, `migrate.lambda_handler` as the command of the same image on AWS.
The probe user comes from PROBE_EMAIL and PROBE_PASSWORD, or from PROBE_SECRET_ARN, a secret
{"email", "password"}; with none of them there is none. It has the least role and no records, so
that whoever learns its password sees nobody's.

Exit codes: 0 done, 1 a migration failed, 2 it could not run; one line on stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from pydantic import BaseModel, ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

import models
from shared.database import engine, unit_of_work
from shared.errors import ApiError
from shared.identity import Role, User
from shared.passwords import hash_password, verify_password
from shared.readiness import MIGRATIONS, applied_revisions, expected_revision, is_ahead
from shared.schemas import Email, NewPassword
from shared.secret_store import member, read_secret
from shared.settings import SettingsError

__all__ = ["lambda_handler", "main", "models", "run"]  # models: relationships need all of them


class ProbeAccount(BaseModel):
    """An account by the rules that logging in has: one it would refuse makes no probe."""

    email: Email
    password: NewPassword


def run(environment: Mapping[str, str]) -> dict[str, str]:
    """Migrate, then create or update the probe user; says what was done.

    Raises:
        SettingsError: a variable is missing or wrong.
        SQLAlchemyError, CommandError: a migration failed.
        ApiError: the probe user cannot be stored.
    """
    probe = probe_account(environment)  # first, so that a wrong variable leaves nothing half-made
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine().connect() as connection:
        applied = applied_revisions(connection)
    # On the way back to an older release the schema stays, and that code does not know it.
    if not is_ahead(applied):
        command.upgrade(config, "head")
        applied = (expected_revision() or "none",)
    return {
        "revision": ", ".join(applied),
        "probe_user": _store(probe) if probe else "none",
    }


def probe_account(environment: Mapping[str, str]) -> ProbeAccount | None:
    """The probe user's e-mail and password, or None.

    Raises:
        SettingsError: one of the two is missing, or no login would take it.
    """
    arn = environment.get("PROBE_SECRET_ARN", "")
    if arn:
        secret = read_secret(arn)
        given = {name: member(secret, name, arn) for name in ("email", "password")}
    else:
        given = {
            name: environment.get(f"PROBE_{name.upper()}", "") for name in ("email", "password")
        }
        if not any(given.values()):
            return None
        if not all(given.values()):
            raise SettingsError("PROBE_EMAIL and PROBE_PASSWORD: set both or neither")
    try:
        return ProbeAccount(**given)
    except ValidationError as exc:
        # Without the cause, which quotes what was given.
        what = "; ".join(f"{error['loc'][0]}: {error['msg']}" for error in exc.errors())
        raise SettingsError(f"no login would take the probe user: {what}") from None


def _store(probe: ProbeAccount) -> str:
    email, password = probe.email, probe.password
    with unit_of_work() as session:
        # Two deployments at once: the second waits, and finds the user.
        session.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
        user = session.scalar(select(User).where(User.email == email))
        if user is None:
            session.add(
                User(
                    email=email,
                    password_hash=hash_password(password),
                    role=Role.PROVIDER,
                )
            )
            return "created"
        if user.role is not Role.PROVIDER:
            raise SettingsError("PROBE_EMAIL belongs to a person: take an address of its own")
        if user.is_active and verify_password(user.password_hash, password):
            return "unchanged"
        user.password_hash, user.is_active = hash_password(password), True
        return "updated"


def lambda_handler(_event: Any, _context: Any) -> dict[str, str]:
    """Run as a Lambda function; a failure fails the invocation."""
    return run(os.environ)


def main() -> int:
    """Run from the command line; returns the exit code."""
    try:
        done = run(os.environ)
    except (SettingsError, OperationalError) as exc:
        return _fail(2, exc)
    except (SQLAlchemyError, CommandError, ApiError) as exc:
        return _fail(1, exc)
    sys.stdout.write(f"migrate: at {done['revision']}, probe user: {done['probe_user']}\n")
    return 0


def _fail(code: int, exc: Exception) -> int:
    lines = str(exc).strip().splitlines() or [type(exc).__name__]
    sys.stderr.write(f"migrate: {lines[0]}\n")
    return code


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(main())
