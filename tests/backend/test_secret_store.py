from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from shared import connection, secret_store
from shared.secret_store import read_again, read_secret
from shared.settings import SettingsError
from shared.tokens import signing_key

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test"


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Secrets Manager's client, the real one, with the network taken away."""
    client = boto3.client(
        "secretsmanager",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    monkeypatch.setattr(secret_store, "_client", lambda: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def holds(manager: Stubber, text: str) -> None:
    manager.add_response("get_secret_value", {"SecretString": text}, {"SecretId": ARN})


def test_a_secret_is_read_once(manager: Stubber) -> None:
    holds(manager, '{"a": "1", "port": 5432}')
    assert read_secret(ARN) == {"a": "1", "port": "5432"}
    assert read_secret(ARN) is read_secret(ARN)
    holds(manager, '{"a": "2"}')
    assert read_again(ARN)["a"] == "2"


@pytest.mark.parametrize("text", ["s3cret", "[]", '"s3cret"'])
def test_what_is_no_object_is_said_without_quoting_it(manager: Stubber, text: str) -> None:
    holds(manager, text)
    with pytest.raises(SettingsError, match=ARN) as caught:
        read_secret(ARN)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_that_cannot_be_read_is_named(manager: Stubber) -> None:
    manager.add_client_error("get_secret_value", "AccessDeniedException")
    with pytest.raises(SettingsError, match=f"{ARN} cannot be read: ClientError"):
        read_secret(ARN)


def test_the_signing_key_comes_from_its_secret(
    manager: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET_ARN", ARN)
    holds(manager, json.dumps({"signing_key": "k" * 40}))
    assert signing_key() == "k" * 40


def test_a_secret_without_its_member_is_said(
    manager: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET_ARN", ARN)
    holds(manager, "{}")
    with pytest.raises(SettingsError, match="has no member 'signing_key'"):
        signing_key()


RDS: dict[str, Any] = {
    "engine": "postgres",
    "host": "db.example.com",
    "port": 5432,
    "username": "app",
    "password": "p@ss/word",
    "dbname": "credmate",
}


@pytest.mark.parametrize(("change", "mode"), [({}, "require"), ({"sslmode": "disable"}, "disable")])
def test_the_database_comes_from_the_secret_that_rds_writes(
    manager: Stubber, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], mode: str
) -> None:
    monkeypatch.setenv("DATABASE_SECRET_ARN", ARN)
    holds(manager, json.dumps(RDS | change))
    url = connection.database_url()
    assert url.drivername == "postgresql+psycopg"
    assert (url.host, url.port, url.database) == ("db.example.com", 5432, "credmate")
    assert (url.username, url.password) == ("app", "p@ss/word")
    assert url.query == {"sslmode": mode}


def test_a_secret_that_rds_rotates_says_who_and_the_variables_say_where(
    manager: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_SECRET_ARN", ARN)
    monkeypatch.setenv("DATABASE_HOST", "cluster.example.com")
    monkeypatch.setenv("DATABASE_PORT", "6543")
    monkeypatch.setenv("DATABASE_NAME", "medicine")
    holds(manager, json.dumps({"username": "app", "password": "p@ss/word"}))
    url = connection.database_url()
    assert (url.host, url.port, url.database) == ("cluster.example.com", 6543, "medicine")
    assert (url.username, url.password) == ("app", "p@ss/word")
    assert url.query == {"sslmode": "require"}


@pytest.mark.parametrize("missing", ["host", "username", "password", "dbname"])
def test_a_database_secret_must_be_whole(
    manager: Stubber, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv("DATABASE_SECRET_ARN", ARN)
    holds(manager, json.dumps(RDS | {missing: ""}))
    with pytest.raises(SettingsError, match=f"no member '{missing}'"):
        connection.database_url()
