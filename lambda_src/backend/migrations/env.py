"""Alembic's environment: one transaction, one migration at a time, on the backend's own engine."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

import models
from shared.database import Base, engine

# Any number will do, as long as it is always this one.
LOCK = 4_237_001


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        # Two deployments at once: the second waits, and finds the work done.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database: offline mode is not supported")

assert models.__all__  # noqa: S101 - the import is what fills the metadata
with engine().connect() as connection:
    _migrate(connection)
