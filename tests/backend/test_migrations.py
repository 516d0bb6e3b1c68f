from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlalchemy import inspect, text

import migrate
from shared import readiness
from shared.database import Base, engine, unit_of_work
from shared.identity import Role, User
from shared.passwords import verify_password
from shared.readiness import MIGRATIONS, expected_revision
from shared.settings import SettingsError
from tests.backend.support import BACKEND, PASSWORD, person

PROBE = {"PROBE_EMAIL": "Probe@example.com", "PROBE_PASSWORD": "a probe's password"}


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


@pytest.mark.usefixtures("database")
def test_the_migrations_make_what_the_models_say() -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.usefixtures("database")
def test_the_comparison_sees_a_difference() -> None:
    """Otherwise the test above could not fail."""
    with engine().connect() as connection:  # never committed
        connection.execute(text("ALTER TABLE users ADD COLUMN surplus integer"))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) != []


@pytest.mark.usefixtures("database")
def test_checks_are_in_the_database_too() -> None:
    """Alembic does not compare these."""
    found = {
        check["name"]
        for table in Base.metadata.tables
        for check in inspect(engine()).get_check_constraints(table)
    }
    assert found == {
        "ck_users_email_is_canonical",
        "ck_credentials_expires_after_issue",
        "ck_cme_activities_hours_are_positive",
    }


@pytest.mark.usefixtures("empty_database")
def test_up_and_down_and_up_again() -> None:
    command.upgrade(config(), "head")
    tables = set(inspect(engine()).get_table_names())
    assert set(Base.metadata.tables) <= tables
    command.downgrade(config(), "base")
    assert inspect(engine()).get_table_names() == ["alembic_version"]
    command.upgrade(config(), "head")
    assert set(inspect(engine()).get_table_names()) == tables


def test_two_deployments_at_once(empty_database: str) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "migrate"],
            cwd=BACKEND,
            env={"DATABASE_URL": empty_database, **PROBE},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in [pool.submit(run) for _ in range(2)]]
    assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]


@pytest.mark.usefixtures("empty_database")
def test_a_database_without_tables_is_not_ready(client: TestClient) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "at migration none" in answer.json()["error"]["message"]
    migrate.run({})
    assert client.get("/ready").json() == {"status": "ready"}


NEWER = """\
revision = "0002"
down_revision = "0001"
def upgrade(): ...
def downgrade(): ...
"""


@pytest.fixture
def newer_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Code that expects one migration more."""
    tree = Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    (tree / "versions" / "0002_newer.py").write_text(NEWER)
    with monkeypatch.context() as patched:
        patched.setattr(readiness, "MIGRATIONS", tree)
        _forget_migrations()
        yield
    _forget_migrations()


def _forget_migrations() -> None:
    readiness.expected_revision.cache_clear()
    readiness.known_revisions.cache_clear()


@pytest.mark.usefixtures("empty_database", "newer_code")
def test_a_database_that_lacks_a_migration_is_not_ready(client: TestClient) -> None:
    migrate.run({})
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "at migration 0001 and the code expects 0002" in answer.json()["error"]["message"]


@pytest.mark.usefixtures("empty_database")
def test_a_database_that_the_next_release_migrated_is_ready(client: TestClient) -> None:
    migrate.run({})
    with unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    assert client.get("/ready").json() == {"status": "ready"}


@pytest.mark.usefixtures("empty_database")
def test_on_the_way_back_the_schema_stays_and_the_probe_user_is_written() -> None:
    migrate.run({})
    with unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    assert migrate.run(PROBE) == {"revision": "0002", "probe_user": "created"}


def test_a_database_that_is_not_there_is_not_ready(client: TestClient) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "the database does not answer: OperationalError"
    assert client.get("/health").status_code == 200


def test_a_missing_variable_is_named(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "DATABASE_URL" in answer.json()["error"]["message"]


@pytest.mark.usefixtures("database")
def test_the_probe_user_is_created_kept_and_renewed(client: TestClient) -> None:
    def run(**changes: str) -> str:
        return migrate.run(PROBE | changes)["probe_user"]

    assert [run(), run(), run(PROBE_PASSWORD="another password")] == [
        "created",
        "unchanged",
        "updated",
    ]
    with unit_of_work() as session:
        user = session.query(User).one()
    assert (user.email, user.role) == ("probe@example.com", Role.PROVIDER)
    assert verify_password(user.password_hash, "another password")
    body = {"email": PROBE["PROBE_EMAIL"], "password": "another password"}
    assert client.post("/api/v1/auth/login", json=body).status_code == 200


@pytest.mark.usefixtures("database")
def test_a_deactivated_probe_user_works_again() -> None:
    migrate.run(PROBE)
    with unit_of_work() as session:
        session.query(User).one().is_active = False
    assert migrate.run(PROBE)["probe_user"] == "updated"
    with unit_of_work() as session:
        assert session.query(User).one().is_active


@pytest.mark.usefixtures("database")
def test_a_persons_account_is_never_taken_for_the_probe() -> None:
    admin = person(Role.ADMIN)
    with pytest.raises(SettingsError, match="belongs to a person"):
        migrate.run(PROBE | {"PROBE_EMAIL": admin.email})
    with unit_of_work() as session:
        assert verify_password(session.get_one(User, admin.id).password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("name", "value"), [("email", "probe@somewhere.local"), ("password", "s3cret")]
)
def test_an_account_that_could_not_log_in_is_refused(name: str, value: str) -> None:
    with pytest.raises(
        SettingsError, match=f"no login would take the probe user: {name}"
    ) as caught:
        migrate.probe_account(PROBE | {f"PROBE_{name.upper()}": value})
    assert value not in str(caught.value)


@pytest.mark.usefixtures("database")
def test_the_lambda_handler_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PROBE.items():
        monkeypatch.setenv(name, value)
    done = migrate.lambda_handler({}, None)
    assert done == {"revision": expected_revision(), "probe_user": "created"}


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({}, 2, "neither DATABASE_URL nor DATABASE_SECRET_ARN is set"),
        ({"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/d"}, 2, "connection"),
        (
            {"DATABASE_URL": "postgresql://u@h/d", "PROBE_EMAIL": "a@example.com"},
            2,
            "PROBE_PASSWORD",
        ),
    ],
)
def test_the_command_line_says_one_line(variables: dict[str, str], code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "migrate"],
        cwd=BACKEND,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code
    assert done.stderr.startswith("migrate: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert "s3cret" not in done.stderr
    assert done.stdout == ""


def test_a_failing_migration_is_exit_code_1(empty_database: str) -> None:
    with unit_of_work() as session:
        session.execute(text("CREATE TABLE users (x integer)"))
    done = subprocess.run(
        [sys.executable, "-m", "migrate"],
        cwd=BACKEND,
        env={"DATABASE_URL": empty_database},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "users" in done.stderr
    assert inspect(engine()).get_table_names() == ["users"]  # nothing half-made
