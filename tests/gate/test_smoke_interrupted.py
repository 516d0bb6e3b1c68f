"""However the gate ends: nothing that it started is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gate.planting import REPOSITORY, wait_until
from tests.gate.processes import marked, new_mark

pytestmark = pytest.mark.slow

HANDLERS = REPOSITORY / "tests" / "assets" / "handlers"
NEEDS = """
import contextlib, os, pathlib

@contextlib.contextmanager
def needs():
    pathlib.Path("open").touch()
    try:
        yield {"TEST_MARK": os.environ["MARK_OF_TEST"]}
    finally:
        pathlib.Path("open").unlink()
"""
RIE, RUNTIME = "aws-lambda-rie", "awslambdaric"


@contextmanager
def gate(folder: Path, mark: str, handler: str) -> Iterator[subprocess.Popen[str]]:
    """The gate, under way with a function."""
    (folder / "needs.py").write_text(NEEDS)
    (folder / "tmp").mkdir()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gate", "smoke", "--local", "--root", str(HANDLERS)),
            *("--handler", handler, "--probes", str(HANDLERS / "probes.toml")),
            *("--environment", "needs:needs"),
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "MARK_OF_TEST": mark,
            "TMPDIR": str(folder / "tmp"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def commands(mark: str) -> list[str]:
    lines = []
    for pid in marked(mark):
        try:
            lines.append(Path(f"/proc/{pid}/cmdline").read_bytes().decode())
        except OSError:
            continue
    return lines


def under_way(mark: str) -> bool:
    """Whether both functions were called: their runtimes are there, beside their emulators."""
    lines = commands(mark)
    runtimes = [line for line in lines if RUNTIME in line and RIE not in line]
    return len(runtimes) >= min(2, os.cpu_count() or 1)


@pytest.mark.parametrize("handler", ["handlers.stubborn", "endless_init.handler"])
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        (signal.SIGINT, 130, "gate: interrupted"),
        (signal.SIGTERM, 143, "gate: ended by SIGTERM"),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_a_signal_leaves_nothing(
    tmp_path: Path, handler: str, number: signal.Signals, code: int, word: str
) -> None:
    mark = new_mark()
    with gate(tmp_path, mark, handler) as process:
        wait_until(lambda: under_way(mark))
        assert (tmp_path / "open").exists()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        wait_until(lambda: marked(mark) == [])
        wait_until(lambda: not (tmp_path / "open").exists())
        wait_until(lambda: list((tmp_path / "tmp").iterdir()) == [])
    assert process.returncode == code
    assert (out, err.strip()) == ("", word)


def test_ctrl_c_in_a_terminal_goes_to_the_gate_alone(tmp_path: Path) -> None:
    """A terminal signals the whole foreground group: only the gate is in it."""
    mark = new_mark()
    with gate(tmp_path, mark, "handlers.stubborn") as process:
        wait_until(lambda: under_way(mark))
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)
        wait_until(lambda: marked(mark) == [])
    assert (process.returncode, err.strip()) == (130, "gate: interrupted")


def test_a_passed_run_leaves_nothing(tmp_path: Path) -> None:
    mark = new_mark()
    with gate(tmp_path, mark, "handlers.spawns") as process:
        out, _ = process.communicate(timeout=60)
        assert marked(mark) == []
    assert process.returncode == 0, out
    assert not (tmp_path / "open").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
