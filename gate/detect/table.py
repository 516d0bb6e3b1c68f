"""What was found, as rows for programs and as lines for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gate.detect.results import Result, Spread
from gate.detect.study import Case

Row = Mapping[str, float | str | None]
NEVER = "never"
# Seconds until the first alarm fired and until people were told, of the limit; how often CodeDeploy
# went back in time; the calls that failed until then; the alarm that told first most often.
HEAD = (
    *("incident", "fired p95", "told p50", "p95", "max", "limit"),
    *("undone", "calls p50", "p95", "told by"),
)


def row(case: Case, result: Result) -> Row:
    """The numbers of an incident; None for what did not come in so many of the runs."""
    spreads = {
        "detect": result.detect,
        "notify": result.notify,
        "rollback": result.rollback,
        "failed_calls": result.users,
    }
    numbers = {
        f"{name}_{key}": None if spread is None else _finite(value)
        for name, spread in spreads.items()
        for key, value in _of(spread).items()
    }
    return {
        "incident": case.name,
        "kind": case.signals.kind,
        "limit": case.limit,
        **numbers,
        "first": ", ".join(result.first),
    }


def noise_row(name: str, messages: Mapping[str, float]) -> Row:
    """The false messages a year of one kind of noise."""
    return {"noise": name, **{f"{severity}s_a_year": count for severity, count in messages.items()}}


def lines(results: Iterable[tuple[Case, Result]]) -> Iterator[str]:
    """A table of incidents; times are seconds after the incident began."""
    yield from aligned([HEAD, *(_cells(case, result) for case, result in results)])


def noise_lines(noise: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A table of the false messages a year."""
    severities = tuple(next(iter(noise.values())))
    rows = [(name, *(f"{count[s]:.2f}" for s in severities)) for name, count in noise.items()]
    total = (f"{sum(count[s] for count in noise.values()):.2f}" for s in severities)
    head = ("a healthy year", *(f"{severity}s" for severity in severities))
    yield from aligned([head, *rows, ("together", *total)])


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of columns: the first and the last to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    for row in rows:
        cells = (
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def seconds(value: float) -> str:
    """A time, as people read it."""
    return f"{value:.0f}" if math.isfinite(value) else NEVER


def _cells(case: Case, result: Result) -> tuple[str, ...]:
    undone = "" if result.rollback is None else f"{result.rollback.share:.0%}"
    notify, users = result.notify, result.users
    return (
        case.name,
        seconds(result.detect.p95),
        seconds(notify.p50),
        seconds(notify.p95),
        seconds(notify.most),
        seconds(case.limit),
        undone,
        seconds(users.p50),
        seconds(users.p95),
        max(result.first, key=lambda name: result.first[name], default=""),
    )


def _of(spread: Spread | None) -> Mapping[str, float]:
    if spread is None:
        return {"p50": math.nan, "p95": math.nan, "max": math.nan, "share": math.nan}
    return {"p50": spread.p50, "p95": spread.p95, "max": spread.most, "share": spread.share}


def _finite(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
