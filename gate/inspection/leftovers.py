"""Ends what a child left behind outside its process group, recognised by a mark of its own."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from gate.inspection.child import MARK_VARIABLE

EXEC_SECONDS = 1.0  # how long an exec may take on a busy machine
YOUNG_SECONDS = 5.0  # an exec follows its fork; an old process without variables has none
POLL_SECONDS = 0.01


def new_mark() -> str:
    """Return a mark that no other process has."""
    return os.urandom(16).hex()


def environment(mark: str) -> dict[str, str]:
    """Return what a child's environment must hold; what it forks inherits it."""
    return {MARK_VARIABLE: mark}


def end(mark: str) -> None:
    """Kill every process that carries ``mark``. Only Linux shows environments: elsewhere, none."""
    needle = f"{MARK_VARIABLE}={mark}".encode()
    limit = time.monotonic() + EXEC_SECONDS
    while _sweep(needle) and time.monotonic() < limit:
        time.sleep(POLL_SECONDS)


def _sweep(needle: bytes) -> bool:
    """Kill those that show ``needle``; return whether one shows nothing yet."""
    hidden = False
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environ = (process / "environ").read_bytes()
            if needle in environ:
                os.kill(int(process.name), signal.SIGKILL)
            elif not environ:
                hidden = _is_starting(process) or hidden
    return hidden


def _is_starting(process: Path) -> bool:
    """Whether a process may be in the middle of its exec, when Linux shows no environment of it.

    Raises:
        OSError: it is gone, or it is the kernel's own, which has no program.
    """
    (process / "exe").readlink()
    fields = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # field 22, proc(5)
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started < YOUNG_SECONDS
