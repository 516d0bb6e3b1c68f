"""One evaluation of a metric alarm, as the CloudWatch user guide documents it.

Source: "Configuring how CloudWatch alarms treat missing data"
(AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html), with its two tables and the
section "Avoiding premature transitions to alarm state". The tables are tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum


class Point(IntEnum):
    """What one period of an evaluation range holds."""

    FINE = 0
    BREACHING = 1
    MISSING = 2


class State(IntEnum):
    """An alarm's state; RETAIN is "stay as you are", the outcome of an evaluation alone."""

    OK = 0
    ALARM = 1
    INSUFFICIENT_DATA = 2
    RETAIN = 3


class Missing(StrEnum):
    """How missing data is treated; the names are the template's."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


# Data points that are asked for beyond the evaluation periods. The guide's examples ask for five
# when three are evaluated; the number for other alarms is not published.
EXTRA_POINTS = 2


def decide(points: Sequence[int], *, periods: int, datapoints: int, missing: Missing) -> State:
    """The state after one evaluation.

    `points` is the evaluation range, oldest first, each a `Point`; `periods` are the evaluation
    periods (N), `datapoints` the datapoints to alarm (M).
    """
    real = [point for point in points if point != Point.MISSING]
    if len(real) >= periods:  # the treatment of missing data is not needed
        return _counted(sum(real[-periods:]), datapoints)
    if not real:
        return _ALL_MISSING[missing]
    breaching = sum(real)
    if missing is Missing.BREACHING:
        return _counted(breaching + periods - len(real), datapoints)
    if missing is Missing.NOT_BREACHING or breaching >= datapoints or breaching < len(real):
        return _counted(breaching, datapoints)
    if missing is Missing.IGNORE:
        return State.RETAIN
    return State.ALARM if _old_enough(points, datapoints) else State.OK


_ALL_MISSING = {
    Missing.MISSING: State.INSUFFICIENT_DATA,
    Missing.IGNORE: State.RETAIN,
    Missing.BREACHING: State.ALARM,
    Missing.NOT_BREACHING: State.OK,
}


def _counted(breaching: int, datapoints: int) -> State:
    return State.ALARM if breaching >= datapoints else State.OK


def _old_enough(points: Sequence[int], datapoints: int) -> bool:
    """Premature alarm state: every real point breaches, the oldest one M periods ago or more."""
    oldest = next(index for index, point in enumerate(points) if point == Point.BREACHING)
    return len(points) - oldest >= datapoints
