"""Where the database is, and how a connection to it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from shared.secret_store import member, read_again, read_secret
from shared.settings import Settings, SettingsError, settings

DRIVER = "postgresql+psycopg"


def database_url() -> URL:
    """The database's address, from DATABASE_URL or the secret that RDS writes.

    A secret that RDS itself rotates holds the account alone; DATABASE_HOST, DATABASE_PORT and
    DATABASE_NAME say where it is then.

    Raises:
        SettingsError: neither is set, or it is not PostgreSQL's.
    """
    configured = settings()
    if configured.database_secret_arn:
        return _url_from_secret(configured.database_secret_arn, configured)
    if not configured.database_url:
        raise SettingsError(
            "neither DATABASE_URL nor DATABASE_SECRET_ARN is set: set one, "
            "such as DATABASE_URL=postgresql://user:password@host/name"
        )
    try:
        url = make_url(configured.database_url)
    except (ArgumentError, ValueError):  # without the cause: its text quotes the password
        raise SettingsError("DATABASE_URL is not a URL") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError("DATABASE_URL is not a PostgreSQL URL: no other engine is supported")
    return url.set(drivername=DRIVER)


def _url_from_secret(arn: str, configured: Settings) -> URL:
    place = {
        "host": configured.database_host,
        "port": configured.database_port,
        "dbname": configured.database_name,
    }
    secret = place | {name: value for name, value in read_secret(arn).items() if value}
    port = secret.get("port") or "5432"
    if not port.isdigit():
        raise SettingsError(f"the secret {arn}, or DATABASE_PORT: its port is not a number")
    return URL.create(
        DRIVER,
        username=member(secret, "username", arn),
        password=member(secret, "password", arn),
        host=member(secret, "host", arn),
        port=int(port),
        database=member(secret, "dbname", arn),
        query={"sslmode": secret.get("sslmode") or "require"},
    )


def connect(
    _dialect: Any, _record: Any, _arguments: tuple[Any, ...], parameters: dict[str, Any]
) -> psycopg.Connection[Any] | None:
    """SQLAlchemy's `do_connect`: connect with the account that the secret holds now.

    It may have been rotated under a warm process, which is worth one more look. None where there
    is no secret: SQLAlchemy connects by itself then.
    """
    arn = settings().database_secret_arn
    if not arn:
        return None
    known = _account(read_secret(arn), arn)
    try:
        return psycopg.connect(**(parameters | known))
    except psycopg.OperationalError:
        fresh = _account(read_again(arn), arn)
        if fresh == known:
            raise
        return psycopg.connect(**(parameters | fresh))


def _account(secret: Mapping[str, str], arn: str) -> dict[str, str]:
    return {"user": member(secret, "username", arn), "password": member(secret, "password", arn)}
