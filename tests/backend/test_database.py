from __future__ import annotations

import asyncio
import json

import httpx2
import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from lazy_app import app
from local.database import server
from shared import secret_store
from shared.connection import database_url
from shared.database import POOL_OVERFLOW, POOL_SIZE, engine, unit_of_work
from shared.errors import Conflict, Unavailable
from shared.identity import Role, User
from shared.settings import SettingsError
from tests.backend.support import Person, log_lines

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:database"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("", "neither DATABASE_URL nor DATABASE_SECRET_ARN"),
        ("s3cret", "not a URL"),
        ("postgresql://u:s3cret@h:port/d", "not a URL"),
        ("sqlite:///s3cret", "not a PostgreSQL URL"),
        ("mysql://u:s3cret@h/d", "not a PostgreSQL URL"),
    ],
)
def test_a_wrong_url_is_said_without_quoting_it(
    monkeypatch: pytest.MonkeyPatch, url: str, text: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingsError, match=text) as caught:
        database_url()
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_one_driver(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u:p@h/d")
    assert database_url().drivername == "postgresql+psycopg"


def test_the_pool_suits_lambda() -> None:
    assert POOL_SIZE <= 2
    assert engine().pool.size() == POOL_SIZE  # type: ignore[attr-defined]  # QueuePool's
    assert engine().hide_parameters


@pytest.mark.usefixtures("database")
def test_work_that_fails_is_undone() -> None:
    def work() -> None:
        with unit_of_work() as session:
            session.add(User(email="a@example.com", password_hash="x", role=Role.ADMIN))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        work()
    with unit_of_work() as session:
        assert session.scalar(text("SELECT count(*) FROM users")) == 0


@pytest.mark.usefixtures("database")
def test_a_broken_rule_is_a_conflict_that_quotes_nothing() -> None:
    with pytest.raises(Conflict) as caught, unit_of_work() as session:
        session.add(User(email="UPPER@example.com", password_hash="x", role=Role.ADMIN))
    assert "UPPER" not in str(caught.value)


def test_a_database_that_does_not_answer_is_503(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Unavailable), unit_of_work() as session:
        session.execute(text("SELECT 1"))
    body = {"email": "a@example.com", "password": "x"}
    answer = client.post("/api/v1/auth/login", json=body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "127.0.0.1" not in answer.text
    assert log_lines(capsys.readouterr().out, "the database does not answer")


def test_a_connection_that_died_is_replaced(client: TestClient, admin: Person) -> None:
    """What a frozen environment meets when it wakes up."""
    assert client.get("/api/v1/users/me", headers=admin.headers).status_code == 200
    with psycopg.connect(str(engine().url).replace("+psycopg", "")) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert client.get("/api/v1/users/me", headers=admin.headers).status_code == 200


def test_more_requests_than_threads_and_connections(admin: Person) -> None:
    """No connection is held while a request waits for a thread: that would be a deadlock."""
    requests = 10 * (POOL_SIZE + POOL_OVERFLOW)

    async def ask() -> list[int]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(
                *(client.get("/api/v1/users", headers=admin.headers) for _ in range(requests))
            )
        return [answer.status_code for answer in answers]

    # The pool waits 30 s before it gives up; a deadlock would show as 503 or as this time-out.
    assert asyncio.run(asyncio.wait_for(ask(), 25)) == [200] * requests


@pytest.mark.slow
def test_a_rotated_password_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(host="127.0.0.1") as url:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        secret = {
            "host": parts["host"],
            "port": parts["port"],
            "username": parts["user"],
            "password": parts["password"],
            "dbname": parts["dbname"],
            "sslmode": "disable",
        }
        reads: list[str] = []

        class Manager:
            """Stands for Secrets Manager alone; the database and its passwords are real."""

            def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
                reads.append(SecretId)
                return {"SecretString": json.dumps(secret)}

        manager = Manager()
        monkeypatch.setattr(secret_store, "_client", lambda: manager)
        monkeypatch.setenv("DATABASE_SECRET_ARN", ARN)

        def ask() -> object:
            with unit_of_work() as session:
                return session.scalar(text("SELECT 1"))

        assert ask() == 1
        engine().dispose()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("ALTER ROLE postgres PASSWORD 'rotated'")
        secret["password"] = "rotated"
        assert ask() == 1
        assert len(reads) == 2
        secret["password"] = "wrong"
        engine().dispose()
        secret_store.read_secret.cache_clear()
        with pytest.raises(Unavailable):
            ask()
        assert len(reads) == 4  # once more, and no loop
        engine().dispose()
