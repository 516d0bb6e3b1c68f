"""Interpreters with other packages than this project's own: older ones, other frameworks."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.gate.planting import REPOSITORY

LOCKS = REPOSITORY / "tests" / "assets" / "environments"
CACHE = REPOSITORY / ".local" / "cache" / "environments"


def interpreter(name: str) -> str:
    """Return the Python of the environment that ``tests/assets/environments/NAME.txt`` locks.

    Made when it is first asked for, and kept until the lock file or this Python changes.
    """
    lock = LOCKS / f"{name}.txt"
    digest = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()[:16]
    folder = CACHE / f"{name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        done = folder / "complete"
        if not done.exists():
            _make(folder, lock)
            done.touch()
    return str(folder / "bin" / "python")


def _make(folder: Path, lock: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(folder)], check=True)
    # Compiled: the gate's children write no bytecode, and would compile it again each time.
    install = ["pip", "install", "--compile-bytecode", "--require-hashes"]
    python = ["--python", str(folder / "bin" / "python")]
    subprocess.run([*uv, *install, *python, "-r", str(lock)], check=True)
