"""Whether the database is there and has the migrations that this code expects."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
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


def check_database() -> None:
    """Ask the database a question, and which migration it is at.

    Raises:
        NotReadyError: it does not answer, or is at another migration.
        SettingsError: nothing says where it is.
    """
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
            applied = MigrationContext.configure(connection).get_current_heads()
    except DBAPIError as exc:
        # The driver's text may quote host and user.
        raise NotReadyError(f"the database does not answer: {type(exc).__name__}") from exc
    if applied != (expected_revision(),):
        raise NotReadyError(
            f"the database is at migration {', '.join(applied) or 'none'} "
            f"and the code expects {expected_revision()}: run `python -m migrate`"
        )
