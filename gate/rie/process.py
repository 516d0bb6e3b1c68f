"""A command under the guard: it ends when we end it, or when we end."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

REMOVE = shutil.which("rm") or "/bin/rm"
GUARD = Path(__file__).with_name("guard.py")
END_SECONDS = 30  # it takes hundredths, or what the last command takes


class Process:
    """A running command. Its output, however much, goes to the end of a file.

    Args:
        command: an argument list, the program with its whole path.
        environment: all that it sees.
        cwd: where it starts.
        log: the file for its output.
        largest_file: bytes that a file which it writes may have, this log included.
        confine: how to confine it, as the guard wants to know it.
        afterwards: a command to run when it has ended, for what is not below it in the tree of
            processes.
        folder: removed when we are killed and cannot do it ourselves.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        log: Path,
        largest_file: int | None = None,
        confine: Mapping[str, object] | None = None,
        afterwards: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        plan = {
            "command": command,
            "largest_file": largest_file,
            "confine": confine,
            "afterwards": afterwards,
            "orphaned": [REMOVE, "-rf", str(folder)] if folder else [],
        }
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), json.dumps(plan)],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we say when it is over
            )

    @property
    def alive(self) -> bool:
        """Whether the command still runs."""
        return self._guard.poll() is None

    def wait(self, seconds: float) -> int | None:
        """Wait for the command to end by itself; returns its exit code, or None in that time."""
        try:
            return self._guard.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """End the command and everything that it started; return when that is done."""
        if self._guard.stdin is not None:
            with suppress(BrokenPipeError, ValueError):  # it has ended, or this was called before
                self._guard.stdin.write(b".")
            with suppress(BrokenPipeError):
                self._guard.stdin.close()
        try:
            self._guard.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._guard.pid, signal.SIGKILL)
            self._guard.wait()


class Port:
    """A free loopback port that no other process is given until it is let go."""

    def __init__(self) -> None:
        self._holder = socket.socket()
        # Bound but not listening: with this option on both sides, who knows the number may use it.
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.number: int = self._holder.getsockname()[1]

    @property
    def address(self) -> str:
        """The port as `host:port`."""
        return f"127.0.0.1:{self.number}"

    def answers(self) -> bool:
        """Whether somebody speaks HTTP there; to accept a connection is not enough."""
        connection = http.client.HTTPConnection("127.0.0.1", self.number, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def let_go(self) -> None:
        """Give the port back to the system."""
        self._holder.close()
