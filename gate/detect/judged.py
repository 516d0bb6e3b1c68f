"""What is wrong with a result: told too late, silent alarms, a healthy year that wakes somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from gate.detect import table
from gate.detect.model import PAGE, Watch
from gate.detect.results import Result
from gate.detect.study import FALSE_PAGES, Case
from gate.detect.telling import is_named
from gate.report import Finding, place

ENOUGH = 0.95  # of the runs: an alarm that an incident needs must fire in as many


def incident(case: Case, result: Result, watch: Watch) -> Iterator[Finding]:
    """What is wrong with the result of an incident."""
    places = (place(case.file),) if case.file else ()
    fired = _fired(result)
    if result.notify.p95 > case.limit:
        yield Finding(
            "detect.told.late",
            f"{case.name}: {_late(case, result)}",
            places,
            fix="make its alarm quicker: docs/detection.md says what each setting costs",
            detail=fired or "no alarm fires",
        )
    known = (*watch.alarms, *watch.composites)
    for alarm in case.alarms:
        if not any(is_named(name, alarm) for name in known):
            message = f"{case.name} needs an alarm {alarm}, and the templates have none"
            yield Finding("detect.alarm.missing", message, places, fix="add it, or rename it here")
        elif (share := _share(alarm, result)) < ENOUGH:
            message = f"{case.name}: alarm {alarm} fires in {share:.0%} of the runs"
            fix = "lower its threshold, or say in the incident which alarm tells"
            yield Finding("detect.alarm.silent", message, places, fix, detail=fired)
    for event in case.signals.events:
        if not any(is_named(name, event) for name in watch.rules):
            message = f"{case.name} needs a rule {event}, and the templates have none"
            yield Finding("detect.rule.missing", message, places, fix="add it, or rename it here")


def noise(found: Mapping[str, Mapping[str, float]]) -> Iterator[Finding]:
    """What is wrong with a healthy year."""
    pages = sum(messages[PAGE] for messages in found.values())
    if pages >= FALSE_PAGES:
        yield Finding(
            "detect.pages.false",
            f"a healthy year wakes somebody {pages:.1f} times; fewer than {FALSE_PAGES:g}",
            fix="ask again before a failure counts, or ask for more datapoints: docs/detection.md",
            detail="\n".join(table.noise_lines(found)),
        )


def _late(case: Case, result: Result) -> str:
    told = result.notify.p95
    if np.isfinite(told):
        late = f"people are told after {table.seconds(told)} s (p95)"
        return f"{late}, at most {case.limit:g} s"
    return f"in {1 - result.notify.share:.0%} of the runs nobody is told"


def _fired(result: Result) -> str:
    """A line for each alarm that fires in half of the runs or more."""
    return "\n".join(
        f"{name}: fires after {table.seconds(spread.p50)} s (p95 {table.seconds(spread.p95)} s)"
        for name, spread in result.fired.items()
        if np.isfinite(spread.p50)
    )


def _share(alarm: str, result: Result) -> float:
    return max((s.share for name, s in result.fired.items() if is_named(name, alarm)), default=0.0)
