"""Ends what a child left behind outside its process group, recognised by a mark of its own."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path

from gate.inspection.child import MARK_VARIABLE


def new_mark() -> str:
    """Return a mark that no other process has."""
    return secrets.token_hex(16)


def environment(mark: str) -> dict[str, str]:
    """Return what a child's environment must hold; what it forks inherits it."""
    return {MARK_VARIABLE: mark}


def end(mark: str) -> None:
    """Kill every process that carries ``mark``. Only Linux shows environments: elsewhere, none."""
    needle = f"{MARK_VARIABLE}={mark}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if needle in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
