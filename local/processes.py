"""Child processes of the road: each in a group of its own, each ended whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gate.rie.process import Process
from local.errors import CannotRun, RoadError

GRACE_SECONDS = 5
POLL_SECONDS = 0.05


@contextmanager
def running(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, cwd: Path
) -> Iterator[Process]:
    """Keep a service running for the body; everything it started ends with it, or with us.

    Raises:
        CannotRun: the program is not there.
    """
    path = shutil.which(command[0], path=environment.get("PATH"))
    if path is None:
        raise CannotRun(f"{command[0]} is not there", "run `make setup`")
    process = Process([path, *command[1:]], environment=environment, cwd=cwd, log=log)
    try:
        yield process
    finally:
        process.end()


def run(
    command: Sequence[str], *, environment: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep what it printed (stdout and stderr together).

    The exit code is the caller's to judge. Interrupted, the command's whole group ends first.
    """
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate()
        finally:
            _end_group(process)
    return subprocess.CompletedProcess(command, process.returncode, output, "")


def _end_group(process: subprocess.Popen[str]) -> None:
    """Ask the process group to end, insist after a grace, and reap its leader."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, signal_number)
        except ProcessLookupError:
            break
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def wait_until(
    ready: Callable[[], bool],
    *,
    what: str,
    process: Process,
    log: Path,
    seconds: float,
) -> None:
    """Poll until `ready` says so.

    Raises:
        RoadError: the process ended, or the time is over; with the tail of its log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if not process.alive:
            raise RoadError(f"{what} ended by itself:\n{tail(log)}", "read its last words above")
        if time.monotonic() > deadline:
            raise RoadError(
                f"{what} is not ready after {seconds:.0f} s:\n{tail(log)}", f"see {log}"
            )
        time.sleep(POLL_SECONDS)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, indented."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port
