"""The CPython of this machine that the stand-in base image is made of."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from local.errors import CannotRun

PREFERRED = "3.13"  # what the real base image runs
DESCRIBE = (
    "import json, sys, sysconfig; print(json.dumps([sys._base_executable, "
    "sysconfig.get_python_version(), sysconfig.get_path('stdlib')]))"
)


@dataclass(frozen=True)
class Interpreter:
    """A CPython of this machine: its executable, `major.minor`, where its library lies."""

    executable: Path
    version: str
    library: Path


def find() -> Interpreter:
    """The machine's CPython 3.13 where it has one, else the one that runs this.

    Raises:
        CannotRun: none of them tells what it is.
    """
    candidates = [
        *(Path(folder) / f"python{PREFERRED}" for folder in os.get_exec_path()),
        *sorted(Path.home().glob(f".pyenv/versions/{PREFERRED}.*/bin/python{PREFERRED}")),
        Path(sys._base_executable),  # type: ignore[attr-defined]  # the venv's own Python
    ]
    for candidate in candidates:
        found = _describe(candidate) if candidate.exists() else None
        if found:
            return found
    raise CannotRun("no Python to make a base image of", f"install Python {PREFERRED}")


def _describe(executable: Path) -> Interpreter | None:
    """Ask an executable what it is; a version manager's shim may refuse to answer."""
    done = subprocess.run(
        [str(executable), "-I", "-c", DESCRIBE], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None
    real, version, library = json.loads(done.stdout)
    return Interpreter(Path(real).resolve(), version, Path(library))


def shared_libraries(programs: Iterable[Path]) -> set[Path]:
    """What the dynamic linker loads for these programs, itself included."""
    done = subprocess.run(
        ["/usr/bin/ldd", *map(str, programs)], capture_output=True, text=True, check=False
    )
    found = re.findall(r"(?:=> |^\s+)(/\S+) \(0x", done.stdout, re.MULTILINE)
    return {Path(match) for match in found}
