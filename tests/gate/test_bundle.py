"""The modules of the quick way in one file: used while it is right, and never missed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gate.parity_cases import SHARED, source
from tests.gate.planting import REPOSITORY

FILES = {"main.py": source(""), "lazy_app.py": source("# the other"), "shared.py": SHARED}
PASSED = "parity: main:app and lazy_app:app are written to build the same\nparity: passed\n"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with the gate and a tree to judge, where nothing has been compiled yet."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "gate", tmp_path / "gate", ignore=ignored)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def judged(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, "-m", "gate", "parity", "--static", "--root", "."],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def bundles(folder: Path) -> list[Path]:
    return list((folder / "gate/__pycache__").glob("*.bundle"))


def test_a_second_run_uses_it(installed: Path) -> None:
    assert judged(installed).stdout == PASSED
    (bundle,) = bundles(installed)
    before = bundle.stat().st_mtime_ns
    shutil.rmtree(installed / "gate/static/__pycache__")
    assert judged(installed).stdout == PASSED
    assert not (installed / "gate/static/__pycache__").exists()
    assert bundle.stat().st_mtime_ns == before


def test_a_source_that_has_changed_counts(installed: Path) -> None:
    judged(installed)
    file = installed / "gate/static/verdict.py"
    file.write_text(file.read_text().replace("written to build", "now written to build"))
    assert "are now written to build the same" in judged(installed).stdout
    assert "are now written to build the same" in judged(installed).stdout


@pytest.mark.parametrize("data", [b"", b"\x00", b"nonsense", b"i\x01\x00\x00\x00"])
def test_one_that_is_broken_is_written_anew(data: bytes, installed: Path) -> None:
    judged(installed)
    (bundle,) = bundles(installed)
    bundle.write_bytes(data)
    assert judged(installed).stdout == PASSED
    assert bundle.stat().st_size > len(data)


def test_without_bytecode_there_is_none(installed: Path) -> None:
    assert judged(installed, PYTHONDONTWRITEBYTECODE="1").stdout == PASSED
    assert not (installed / "gate/__pycache__").exists()


def test_it_takes_nothing_from_the_command_line(installed: Path) -> None:
    judged(installed)
    (installed / "lazy_app.py").write_text(source("exec('')"), encoding="utf-8")
    done = judged(installed)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("parity: undecided: exec() can change anything\n")
