from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from local import database
from local.database import environment, server
from local.errors import CannotRun

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30
pytestmark = pytest.mark.slow
ANYBODYS_PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def folder_of(url: str) -> Path:
    return Path(url.partition("host=")[2])


def postgres_in(folder: str) -> list[str]:
    """Command lines of the processes that serve a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().decode().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"{folder}/data" in command:
            found.append(command)
    return found


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


def gone(folder: Path) -> bool:
    return not folder.exists() and not postgres_in(str(folder))


def test_a_server_answers_and_leaves_nothing() -> None:
    with server() as url:
        folder = folder_of(url)
        assert postgres_in(str(folder))
        assert folder.stat().st_mode & 0o077 == 0
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT lower('É'), current_setting('TimeZone')").fetchone()
        assert row == ("é", "UTC")
    assert gone(folder)


def test_servers_do_not_know_each_other() -> None:
    with server() as one, server() as two:
        assert one != two
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with psycopg.connect(two) as connection:
            row = connection.execute("SELECT to_regclass('only_here')").fetchone()
        assert row == (None,)


def test_over_tcp_a_password_is_asked_for() -> None:
    with server(host="127.0.0.1") as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        password = url.partition("postgres:")[2].partition("@")[0]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url.replace(password, "wrong"))


def test_an_error_in_the_body_leaves_nothing() -> None:
    folder = Path()

    def body() -> None:
        nonlocal folder
        with server() as url:
            folder = folder_of(url)
            raise LookupError

    with pytest.raises(LookupError):
        body()
    assert gone(folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
def test_whatever_ends_the_program_ends_the_server(number: signal.Signals) -> None:
    program = (
        "import sys, time\n"
        "from local.database import server\n"
        "with server() as url:\n"
        "    print(url, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        folder = folder_of(process.stdout.readline().strip())
        assert postgres_in(str(folder))
        os.killpg(process.pid, number)  # as a terminal does: to everybody in the group
        process.wait(PATIENCE)
    until(lambda: gone(folder))


def test_ended_while_starting_it_leaves_nothing() -> None:
    """The pipe ends before there is a server."""
    install = str(database._install())
    with open_folder() as folder:
        done = subprocess.run(
            [sys.executable, str(database.KEEPER), install],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"TMPDIR": str(folder), "PATH": os.environ["PATH"]},
            timeout=PATIENCE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert str(folder).encode() in done.stdout
        assert list(folder.iterdir()) == []


def test_a_long_temporary_folder_makes_no_long_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    with server() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_missing_wheel_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PACKAGE", "no_such_package")
    with pytest.raises(CannotRun, match="no_such_package is not installed"), server():
        pass


def test_a_server_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_install", lambda: Path("/no/such/folder"))
    with pytest.raises(CannotRun, match="PostgreSQL does not start"), server():
        pass


def test_the_environment_is_migrated_and_has_the_probe_user() -> None:
    with environment() as variables:
        folder = folder_of(variables["DATABASE_URL"])
        assert set(variables) == {
            "DATABASE_URL",
            "JWT_SIGNING_KEY",
            "CORS_ORIGINS",
            "PROBE_EMAIL",
            "PROBE_PASSWORD",
        }
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT email, role FROM users").fetchone()
        assert row == (variables["PROBE_EMAIL"], "provider")
    assert gone(folder)
    with environment() as again:
        for name in ("JWT_SIGNING_KEY", "PROBE_PASSWORD"):
            assert again[name] != variables[name]


def test_migrations_that_fail_are_said() -> None:
    with pytest.raises(CannotRun, match=r"migrate ended with 2: migrate: .*DATABASE_URL"):
        database.migrate({})


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that everybody reaches, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def copied_wheel(folder: Path) -> Path:
    """A copy of the wheel's content; returns its PostgreSQL."""
    package = database._install().parent
    for source in (package, *package.parent.glob(f"{package.name}.libs")):
        shutil.copytree(source, folder / source.name, symlinks=True)
    return folder / package.name / "pginstall"


@as_root
def test_an_ordinary_user_needs_nothing_else() -> None:
    account = pwd.getpwnam("daemon")
    with open_folder() as folder:
        install = copied_wheel(folder)
        keeper = shutil.copy(database.KEEPER, folder)
        temporary = folder / "tmp"
        temporary.mkdir()
        os.chown(temporary, account.pw_uid, account.pw_gid)
        # The machine's own Python: the one of these tests may be in somebody's closed home.
        done = subprocess.run(
            [ANYBODYS_PYTHON, str(keeper), str(install)],
            input="",
            cwd="/",
            env={"TMPDIR": str(temporary), "PATH": os.defpath},
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert str(temporary) in done.stdout
        assert list(temporary.iterdir()) == []


@as_root
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_as_root_in_a_closed_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """The account that runs PostgreSQL can reach neither the programs nor the usual TMPDIR."""
    tmp_path.chmod(0o700)
    install = copied_wheel(tmp_path)
    install.parent.chmod(mode)
    monkeypatch.setattr(database, "_install", lambda: install)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with server() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert tmp_path.stat().st_mode & 0o777 == 0o700  # nothing was opened for it
    assert install.parent.stat().st_mode & 0o777 == mode
