"""Whether the database is there and has the migrations that this code expects."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from shared.database import engine
from shared.logs import ProgramError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class NotReadyError(ProgramError):
    """Something that the backend needs is missing; the text holds no secret."""


@cache
def expected_revision() -> str | None:
    """The newest migration in the source tree."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@cache
def known_revisions() -> frozenset[str]:
    """Every migration in the source tree."""
    return frozenset(s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def applied_revisions(connection: Connection) -> tuple[str, ...]:
    """The migrations that the database is at; none, before the first."""
    return MigrationContext.configure(connection).get_current_heads()


def is_ahead(applied: tuple[str, ...]) -> bool:
    """Whether a newer release than this code has migrated the database."""
    return any(revision not in known_revisions() for revision in applied)


def check_database() -> None:
    """Ask the database a question, and which migration it is at.

    It may be ahead: the next release migrates before it gets traffic, and on the way back the
    schema stays. Code of the release before works on it, as the migrations promise.

    Raises:
        NotReadyError: it does not answer, or lacks a migration.
        SettingsError: nothing says where it is.
    """
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
            applied = applied_revisions(connection)
    except DBAPIError as exc:
        # The driver's text may quote host and user.
        raise NotReadyError(f"the database does not answer: {type(exc).__name__}") from exc
    if applied != (expected_revision(),) and not is_ahead(applied):
        raise NotReadyError(
            f"the database is at migration {', '.join(applied) or 'none'} "
            f"and the code expects {expected_revision()}: run `python -m migrate`"
        )
