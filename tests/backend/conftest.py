"""A real PostgreSQL for each worker, a fresh copy of the migrated database for each test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient

from lazy_app import app
from local.database import migrate, server
from shared.database import Base, engine
from shared.identity import Role
from shared.secret_store import _client, read_secret
from shared.settings import settings
from shared.tokens import signing_key
from tests.backend.support import NPIS, ORIGIN, SIGNING_KEY, Person, person

HERE = Path(__file__).parent
CACHES: tuple[Callable[[], None], ...] = (
    settings.cache_clear,
    engine.cache_clear,
    signing_key.cache_clear,
    read_secret.cache_clear,
    _client.cache_clear,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts the database: it is slow by the meaning of the mark."""
    for item in items:
        if HERE in item.path.parents and "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Known variables, read anew by every test."""
    for name in ("DATABASE_SECRET_ARN", "JWT_SECRET_ARN", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JWT_SIGNING_KEY", SIGNING_KEY)
    monkeypatch.setenv("CORS_ORIGINS", ORIGIN)
    # Nobody listens: a test that forgot the `database` fixture fails at once.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    _forget()
    yield
    _forget()


def _forget() -> None:
    for clear in CACHES:
        clear()
    app.middleware_stack = None  # Starlette builds it, with the settings, at the next request


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty server."""
    with server() as url:
        yield url


@pytest.fixture(scope="session")
def migrated(postgres: str) -> str:
    """The URL of this worker's migrated database."""
    url = new_database(postgres)
    migrate({"DATABASE_URL": url})
    return url


@pytest.fixture
def database(migrated: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The migrated database without a row, for the backend to use; yields its URL."""
    # Deleting takes a millisecond, a database of its own for each test a hundred.
    with psycopg.connect(migrated) as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}".encode())  # noqa: S608 - our own names
    monkeypatch.setenv("DATABASE_URL", migrated)
    yield migrated
    _dispose()


@pytest.fixture
def empty_database(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database without a table, for the backend to use; yields its URL."""
    url = new_database(postgres)
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    _dispose()


def new_database(postgres: str) -> str:
    """Create an empty database; returns its URL."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return postgres.replace("/postgres?", f"/{name}?")


def _dispose() -> None:
    if engine.cache_info().currsize:
        engine().dispose()


@pytest.fixture
def client() -> TestClient:
    """A client of the application; errors come as answers, as they would over HTTP."""
    return TestClient(app)


@pytest.fixture
def admin(database: str) -> Person:  # noqa: ARG001 - a fixture asks for another by its argument
    """An admin."""
    return person(Role.ADMIN)


@pytest.fixture
def coordinator(database: str) -> Person:  # noqa: ARG001 - a fixture asks for another by its argument
    """A coordinator."""
    return person(Role.COORDINATOR)


@pytest.fixture
def provider(database: str) -> Person:  # noqa: ARG001 - a fixture asks for another by its argument
    """A provider with a record of their own."""
    return person(Role.PROVIDER, npi=NPIS[0])


@pytest.fixture
def other_provider(database: str) -> Person:  # noqa: ARG001 - a fixture asks for another by its argument
    """Another provider."""
    return person(Role.PROVIDER, npi=NPIS[1])
