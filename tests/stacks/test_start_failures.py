"""The lines by which a function says that it cannot start are counted, and no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks.components.start_failures import ANY_FAILURE, LINES, SLOW_MS
from tests.stacks.filter_patterns import matches

FAILING = {line.metric for line in LINES if line.fails}


def platform(kind: str, **record: Any) -> str:
    return json.dumps(
        {"time": "2026-01-01T00:00:00.000Z", "type": f"platform.{kind}", "record": record}
    )


def report(**metrics: float) -> str:
    return platform("report", requestId="r", status="success", metrics=metrics)


def init_report(status: str, **more: str) -> str:
    start = {"initializationType": "on-demand", "phase": "init", "status": status}
    return platform("initReport", **start, metrics={"durationMs": 9.5}, **more)


def of_application(error_type: str) -> str:
    return json.dumps(
        {"level": "ERROR", "errorType": error_type, "errorMessage": "", "requestId": "r"}
    )


# The line, and the metrics that count it.
CASES: dict[str, tuple[str, set[str]]] = {
    "an import that fails": (
        init_report("error", errorType="Runtime.ImportModuleError"),
        {"ImportModuleError", "InitFailed"},
    ),
    "an init that takes too long": (init_report("timeout"), {"InitFailed"}),
    "an exception at import": (init_report("error", errorType="Runtime.Unknown"), {"InitFailed"}),
    "a process that ends in a call": (
        platform(
            "report", status="error", errorType="Runtime.ExitError", metrics={"durationMs": 9}
        ),
        {"ExitError"},
    ),
    "a restore that fails": (platform("restoreReport", status="error"), {"InitFailed"}),
    "a slow start": (report(durationMs=5, initDurationMs=SLOW_MS), {"SlowInit"}),
    "a slow restore": (
        platform("restoreReport", status="success", metrics={"durationMs": SLOW_MS + 1}),
        {"SlowInit"},
    ),
    "a quick start": (report(durationMs=9000, initDurationMs=SLOW_MS - 1), set()),
    "a warm call": (report(durationMs=9000), set()),
    "a start that succeeds": (init_report("success"), set()),
    "an error of the application": (of_application("KeyError"), set()),
    "a line that is no JSON": ("Runtime.ExitError", set()),
    "a line that quotes an error": (json.dumps({"message": "Runtime.ExitError"}), set()),
}


@pytest.mark.parametrize("what", CASES)
def test_a_line_is_counted_as_what_it_is(what: str) -> None:
    line, counted = CASES[what]
    counting = [one for one in LINES if one.is_count]
    assert {one.metric for one in counting if matches(one.pattern, line)} == counted


def test_durations_are_those_of_starts_and_of_restores() -> None:
    start, restore = (
        report(durationMs=9, initDurationMs=7),
        platform("restoreReport", status="success", metrics={"durationMs": 8}),
    )
    measured = {one.metric: one for one in LINES if not one.is_count}
    assert matches(measured["InitDuration"].pattern, start)
    assert measured["InitDuration"].value == "$.record.metrics.initDurationMs"
    assert matches(measured["RestoreDuration"].pattern, restore)
    assert measured["RestoreDuration"].value == "$.record.metrics.durationMs"
    assert not matches(measured["InitDuration"].pattern, report(durationMs=9))


@pytest.mark.parametrize("what", CASES)
def test_the_fast_road_has_every_failed_start_and_nothing_else(what: str) -> None:
    line, counted = CASES[what]
    assert matches(ANY_FAILURE, line) == bool(counted & FAILING)


@pytest.mark.parametrize(
    ("handler", "metric"),
    [("broken.handler", "ImportModuleError"), ("sound.absent", "HandlerNotFound")],
)
def test_the_runtime_clients_own_line_is_counted(tmp_path: Path, handler: str, metric: str) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "sound.py").write_text("")
    lines = [line for line in start(tmp_path, handler) if matches(ANY_FAILURE, line)]
    assert len(lines) == 1
    (counting,) = [one for one in LINES if one.metric == metric]
    assert matches(counting.pattern, lines[0])


def start(folder: Path, handler: str) -> list[str]:
    """What the real runtime client writes when it starts a handler in the JSON log format.

    Nobody answers at its API, to which it would report: the line comes first.
    """
    done = subprocess.run(
        [sys.executable, "-m", "awslambdaric", handler],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(folder),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()
