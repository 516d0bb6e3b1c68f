"""What is another in a second run of the same application is no difference, and is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gate.inspection import comparison
from gate.inspection.comparison import Outcome, Subject, compared
from gate.inspection.runner import Answer, Failure, Interpreter

ME, ONE = "GET /a/me", "GET /a/{x}"


def answer(*routes: str, **options: str) -> dict[str, Any]:
    """What a child says of an application with these routes and settings."""
    facts = [fact("route", route) for route in routes]
    facts += [fact("setting", name, value) for name, value in options.items()]
    return {"facts": facts, "place": None, "openapi": None, "framework": "", "adapter": ""}


def fact(kind: str, name: str, value: str = "") -> dict[str, Any]:
    empty = {"subject": "", "scope": "", "place": None, "included": None}
    return {"kind": kind, "name": name, "same": value, "shown": value or name, **empty}


def outcome(
    monkeypatch: pytest.MonkeyPatch, first: tuple[Any, Any], second: tuple[Answer, Answer]
) -> Outcome:
    monkeypatch.setattr(comparison, "look", lambda *_: list(second))
    ours, theirs = (Subject(n, n, Path(n), Interpreter(Path())) for n in ("main", "lazy"))
    return compared(ours, theirs, first)


def test_an_order_that_changes_from_run_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (answer(ME, ONE), answer(ONE, ME)), (answer(ONE, ME), answer(ONE, ME))
    result = outcome(monkeypatch, first, second)
    assert result.findings == ()
    assert result.notes == ("not compared, it changes from run to run: the order of routes",)


def test_an_order_that_stays_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    both = answer(ME, ONE), answer(ONE, ME)
    assert [one.rule for one in outcome(monkeypatch, both, both).findings] == ["parity.route.order"]


def test_a_value_that_changes_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first = (answer(ME, title="a", version="1"), answer(ME, title="b", version="2"))
    second = (answer(ME, title="c", version="1"), answer(ME, title="d", version="2"))
    result = outcome(monkeypatch, first, second)
    assert [finding.message for finding in result.findings] == [
        "the application's version differs: 1 in main, 2 in lazy"
    ]
    assert result.notes == ("not compared, it changes from run to run: the application's title",)


def test_a_name_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = (answer(ME, "GET /x1"), answer(ME, "GET /x2"))
    second = (answer(ME, "GET /x3"), answer(ME, "GET /x4"))
    assert outcome(monkeypatch, first, second).findings == ()


def test_a_second_run_that_fails_excuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = (answer(ME, title="a"), answer(ME, title="b"))
    failed = Failure("exits", "exits")
    assert len(outcome(monkeypatch, first, (failed, failed)).findings) == 1
