"""PostgreSQL through SQLAlchemy: the declarative base, one engine, sessions, error translation.

Nothing is opened at import; the engine is created by the first session.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event, func
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.connection import connect, database_url
from shared.errors import ApiError, Conflict, Unavailable, Unprocessable
from shared.logs import log

CONNECT_SECONDS = 5
# Lambda serves one request at a time in a process, uvicorn a few more.
POOL_SIZE = 2
POOL_OVERFLOW = 8
FOREIGN_KEY_VIOLATION = "23503"


class Base(DeclarativeBase):
    """The declarative base of every model; constraints are named by rule, so migrations can too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}


class Row:
    """What every table of things has: a random id and the time of creation."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


@cache
def engine() -> Engine:
    """The one engine of this process.

    Raises:
        SettingsError: see `database_url`.
    """
    made = create_engine(
        database_url(),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=True,  # a frozen or restored environment wakes up with dead connections
        hide_parameters=True,  # an error's text must not quote a patient's or provider's data
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "prepare_threshold": None,  # RDS Proxy pins connections with prepared statements
        },
    )
    event.listen(made, "do_connect", connect)
    return made


def forget_engine() -> None:
    """Close what this process holds open; the next session makes a new engine."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session whose work is committed when the body ends well, and undone otherwise.

    An endpoint opens it itself. As a dependency of FastAPI it would stay open while the answer
    waits for a free thread, and threads would wait for its connection: a deadlock under load.

    Raises:
        ApiError: a constraint refused the work, or the database does not answer.
    """
    try:
        with Session(engine(), expire_on_commit=False) as session, session.begin():
            yield session
    except (IntegrityError, DataError, OperationalError, InterfaceError) as exc:
        raise translated(exc) from exc


def translated(
    exc: IntegrityError | DataError | OperationalError | InterfaceError,
) -> ApiError:
    """What a client is told about an error of the database; nothing of its text."""
    if isinstance(exc, IntegrityError):
        if getattr(exc.orig, "sqlstate", None) == FOREIGN_KEY_VIOLATION:
            return Conflict("it refers to something that does not exist, or is referred to")
        return Conflict("it contradicts a record that exists already")
    if isinstance(exc, DataError):
        return Unprocessable("a value cannot be stored")
    log.error("the database does not answer", exc_info=exc)
    return Unavailable("the database does not answer")
