"""Starts that fail, by what the function's log says of them."""

from __future__ import annotations

from collections.abc import Iterator

from stacks.components.alarm_table.names import DEGRADED, LOGIN, STARTS
from stacks.components.alarms import AlarmRule, Severity
from stacks.components.start_failures import ALL, SLOW_MS


def starts() -> Iterator[AlarmRule]:
    """The rows on the function's starts."""
    yield AlarmRule(
        name="start-failures",
        source=STARTS,
        metric=ALL,
        statistic="Sum",
        threshold=2,
        period_seconds=10,
        # At the first period that has it; and for two minutes without one until it recovers,
        # when the canary has asked twice.
        periods=12,
        datapoints=1,
        severity=Severity.PAGE,
        part_of=LOGIN,
        why="The function does not start: its log says so, line by line, as it happens.",
        because="two lines in ten seconds; one process that dies alone writes one.",
        runbook="start-failures",
    )
    for name, metric, what in (
        ("import-error", "ImportModuleError", "a module cannot be imported"),
        ("handler-not-found", "HandlerNotFound", "the handler command names nothing"),
    ):
        yield AlarmRule(
            name=name,
            source=STARTS,
            metric=metric,
            statistic="Sum",
            threshold=1,
            periods=5,
            datapoints=1,
            severity=Severity.PAGE,
            part_of=LOGIN,
            why=f"The function does not start: {what}.",
            because="one is enough, since it does not pass by itself.",
            runbook="start-failures",
        )
    yield AlarmRule(
        name="exit-error",
        source=STARTS,
        metric="ExitError",
        statistic="Sum",
        threshold=3,
        periods=5,
        datapoints=1,
        part_of=DEGRADED,
        why="The function's process ends by itself: out of memory, or an exit in the code.",
        because="three in a minute; a single one costs one caller one answer.",
        runbook="start-failures",
    )
    yield AlarmRule(
        name="init-failed",
        source=STARTS,
        metric="InitFailed",
        statistic="Sum",
        threshold=3,
        periods=5,
        datapoints=1,
        severity=Severity.PAGE,
        part_of=LOGIN,
        why="The function's start, or its restore from the snapshot, fails or takes too long.",
        because="three in a minute; Lambda tries a start that failed once again by itself.",
        runbook="start-failures",
    )
    yield AlarmRule(
        name="slow-init",
        source=STARTS,
        metric="SlowInit",
        statistic="Sum",
        threshold=1,
        periods=5,
        datapoints=1,
        part_of=DEGRADED,
        why=f"A start took over {SLOW_MS // 1000} s: callers wait, and Lambda ends it at 10 s.",
        because="one is enough: the next may take longer and fail.",
        runbook="slow-init",
    )
