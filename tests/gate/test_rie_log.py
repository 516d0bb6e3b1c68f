from __future__ import annotations

from pathlib import Path

import pytest

from gate.rie.log import INITIALISED, Log

RAPID = "25 Nov 2026 01:36:37,053 [INFO] (rapid) "


@pytest.fixture
def log(tmp_path: Path) -> Log:
    (tmp_path / "log").touch()
    return Log(tmp_path / "log")


def append(log: Log, text: bytes | str) -> None:
    with log.path.open("ab") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def test_the_end_of_an_init_phase_is_seen_once(log: Log) -> None:
    append(log, b"x" * 1000 + INITIALISED + b"\n")
    assert [log.initialised(), log.initialised()] == [True, False]
    append(log, INITIALISED + INITIALISED)
    assert [log.initialised(), log.initialised(), log.initialised()] == [True, True, False]


@pytest.mark.parametrize("cut", range(1, len(INITIALISED)))
def test_it_is_seen_when_it_comes_in_two_parts(log: Log, cut: int) -> None:
    append(log, b"before" + INITIALISED[:cut])
    assert not log.initialised()
    append(log, INITIALISED[cut:])
    assert log.initialised()


def test_what_an_earlier_run_wrote_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(INITIALISED)
    assert not Log(tmp_path / "log").initialised()


def test_the_tail_is_the_functions(log: Log) -> None:
    append(
        log,
        f"{RAPID}exec '/usr/bin/python'\n"
        "START RequestId: 1 Version: $LATEST\n"
        "first\n\n"
        "[WARNING]\t2026-11-25T01:38:46.259Z\t\tLAMBDA_WARNING: Unhandled exception. The most\n"
        "[ERROR] ValueError: boom\rTraceback:\r\u00a0\u00a0File\n"
        "END RequestId: 1\n"
        "REPORT RequestId: 1\tInit Duration: 0.10 ms\n",
    )
    assert log.tail(10) == "first\n[ERROR] ValueError: boom\nTraceback:\n  File"
    assert log.tail(1) == "  File"


def test_what_the_emulator_writes_behind_a_line_is_not_the_functions(log: Log) -> None:
    append(log, f"ValueError: boom{RAPID}INVOKE RTDONE(status: success)\nmore\n")
    assert log.tail(10) == "ValueError: boom\nmore"


def test_a_tail_of_nothing(log: Log) -> None:
    assert log.tail(10) == ""
    append(log, b"\xff\xfe\n")
    assert log.tail(10) == "\ufffd\ufffd"


def test_the_reason_of_a_panic(log: Log) -> None:
    assert log.panic() == "it wrote nothing"
    append(log, "25 Nov 2026 [PANIC] (rapid) bind: address already in use\ngoroutine 1\n")
    assert log.panic().endswith("[PANIC] (rapid) bind: address already in use")
