"""Trees of other people's code, planted for one test, and the command line that judges them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.gate.planting import REPOSITORY, Plant, RunGate


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Return a function that writes files (path → source) into one folder and returns it."""

    def write(files: Mapping[str, str]) -> Path:
        root = tmp_path / "tree"
        for name, source in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(source), encoding="utf-8")
        return root

    return write


@pytest.fixture
def run_gate(tmp_path: Path) -> RunGate:
    """Return a function that runs ``python -m gate`` as a person would, in ``tmp_path``."""

    def run(*arguments: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gate", *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(autouse=True)
def emulator_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test, in whatever folder, use the emulator that was fetched for this checkout."""
    cache = os.environ.get("GATE_CACHE") or str(REPOSITORY / ".local" / "cache")
    monkeypatch.setenv("GATE_CACHE", cache)
