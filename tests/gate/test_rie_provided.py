from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.report import CannotLook
from gate.rie.provided import provided
from tests.gate.planting import wait_until

SOURCE = """
import contextlib, os, pathlib, sys, time

@contextlib.contextmanager
def right():
    print("noise")
    pathlib.Path("open").touch()
    try:
        yield {"NAME": "value", "TOLD": os.environ.get("TOLD", "")}
    finally:
        pathlib.Path("open").unlink()

@contextlib.contextmanager
def raises():
    raise RuntimeError("no\\ndatabase")
    yield {}

@contextlib.contextmanager
def exits():
    sys.stderr.write("first\\nlast words\\n")
    sys.stderr.flush()
    os._exit(7)
    yield {}

@contextlib.contextmanager
def numbers():
    yield {"NAME": 1}

@contextlib.contextmanager
def nothing():
    yield None

@contextlib.contextmanager
def hangs():
    time.sleep(600)
    yield {}

no_manager = 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "needs.py").write_text(SOURCE)
    return tmp_path


def enter(
    folder: Path, spec: str, *, timeout: float = 20, told: Mapping[str, str] | None = None
) -> dict[str, str]:
    with provided(
        spec, python=sys.executable, folder=folder, timeout=timeout, told=told or {}
    ) as variables:
        assert (folder / "open").exists()
        return dict(variables)


def test_the_variables_are_there_as_long_as_the_context(folder: Path) -> None:
    assert enter(folder, "needs:right", told={"TOLD": "x"}) == {"NAME": "value", "TOLD": "x"}
    assert not (folder / "open").exists()


def test_the_context_is_left_when_the_body_fails(folder: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        provided("needs:right", python=sys.executable, folder=folder, timeout=20, told={}),
    ):
        raise KeyboardInterrupt
    wait_until(lambda: not (folder / "open").exists())


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("needs:raises", "RuntimeError: no database"),
        ("needs:exits", "ended with 7 before it was ready: last words"),
        ("needs:numbers", "it does not yield a mapping of strings to strings"),
        ("needs:nothing", "it does not yield a mapping of strings to strings"),
        ("needs:no_manager", "TypeError: 'int' object is not callable"),
        ("needs:absent", "has no attribute 'absent'"),
        ("absent:right", "No module named 'absent'"),
        ("needs", "write it as module:contextmanager"),
        ("needs:", "write it as module:contextmanager"),
        ("a b:c", "write it as module:contextmanager"),
    ],
)
def test_what_cannot_be_entered_is_named(folder: Path, spec: str, reason: str) -> None:
    with pytest.raises(CannotLook, match=f"^--environment .*{reason}") as caught:
        enter(folder, spec)
    assert len(str(caught.value).splitlines()) == 1


def test_entering_has_a_limit(folder: Path) -> None:
    with pytest.raises(CannotLook, match=r"is not ready after 0\.5 s; say --timeout"):
        enter(folder, "needs:hangs", timeout=0.5)


def test_an_interpreter_that_is_none(folder: Path) -> None:
    with (
        pytest.raises(CannotLook, match="/no/python: cannot be started"),
        provided("needs:right", python="/no/python", folder=folder, timeout=1, told={}),
    ):
        pass
