"""A command under the guard: it ends when we end it, or when we end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
END_SECONDS = 10


class Process:
    """A running command. Its output, however much, goes to the end of a file."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], cwd: Path, log: Path
    ) -> None:
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), *command],
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

    def end(self) -> None:
        """End the command and everything that it started; return when that is done."""
        if self._guard.stdin is not None:
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
        """Whether somebody listens there."""
        try:
            socket.create_connection(("127.0.0.1", self.number), timeout=1).close()
        except OSError:
            return False
        return True

    def let_go(self) -> None:
        """Give the port back to the system."""
        self._holder.close()
