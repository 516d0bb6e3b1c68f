"""The evaluator against the worked examples of the CloudWatch user guide, and against itself.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.detect.evaluate import decided, settled
from gate.detect.model import Metric, MetricAlarm, Query
from gate.detect.states import EXTRA_POINTS, Missing, Point, State, decide

POINTS = {"0": Point.FINE, "X": Point.BREACHING, "-": Point.MISSING}
TREATMENTS = (Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING)
A, OK, NO, KEEP = State.ALARM, State.OK, State.INSUFFICIENT_DATA, State.RETAIN

# "How alarm state is evaluated when data is missing": data points, datapoints to alarm of three
# evaluation periods, and the state for missing, ignore, breaching, notBreaching.
TABLES = (
    ("0 - X - X", 3, (OK, OK, OK, OK)),
    ("0 - - - -", 3, (OK, OK, OK, OK)),
    ("- - - - -", 3, (NO, KEEP, A, OK)),
    ("0 X X - X", 3, (A, A, A, A)),
    ("- - X - -", 3, (A, KEEP, A, OK)),
    ("0 - X - X", 2, (A, A, A, A)),
    ("0 0 X 0 X", 2, (A, A, A, A)),
    ("0 - X - -", 2, (OK, OK, A, OK)),
    ("- - - - 0", 2, (OK, OK, A, OK)),
    ("- - - X -", 2, (A, KEEP, A, OK)),
)
# "Avoiding premature transitions to alarm state", missing data treated as missing, 3 of 3.
PREMATURE = (
    ("- - - - X", False),
    ("- - - X -", False),
    ("- - - X 0", False),
    ("- - X - 0", False),
    ("- - X - -", True),
)


def read(points: str) -> list[int]:
    return [POINTS[point] for point in points.split()]


@pytest.mark.parametrize(("points", "datapoints", "states"), TABLES)
def test_the_guides_tables(points: str, datapoints: int, states: Sequence[State]) -> None:
    found = [
        decide(read(points), periods=3, datapoints=datapoints, missing=missing)
        for missing in TREATMENTS
    ]

    assert found == list(states)


@pytest.mark.parametrize(("points", "alarms"), PREMATURE)
def test_the_guides_premature_transitions(points: str, alarms: bool) -> None:
    state = decide(read(points), periods=3, datapoints=3, missing=Missing.MISSING)

    assert (state is State.ALARM) == alarms


whole = st.lists(st.sampled_from((Point.FINE, Point.BREACHING)), min_size=7, max_size=7)
some = st.lists(st.sampled_from(list(Point)), min_size=5, max_size=7)


@given(whole, st.integers(1, 5), st.integers(1, 5), st.sampled_from(TREATMENTS))
def test_m_of_n_is_a_count_where_nothing_is_missing(
    points: list[Point], periods: int, datapoints: int, missing: Missing
) -> None:
    datapoints = min(datapoints, periods)

    state = decide(points, periods=periods, datapoints=datapoints, missing=missing)

    breaching = [point for point in points[-periods:] if point is Point.BREACHING]
    assert state is (State.ALARM if len(breaching) >= datapoints else State.OK)


@given(some, st.data(), st.integers(1, 3), st.sampled_from(TREATMENTS))
def test_a_failure_more_never_ends_an_alarm(
    points: list[Point], data: st.DataObject, datapoints: int, missing: Missing
) -> None:
    place = data.draw(st.integers(0, len(points) - 1))
    worse = [*points[:place], Point.BREACHING, *points[place + 1 :]]
    settings = {"periods": 3, "datapoints": datapoints, "missing": missing}

    before = decide(points, **settings)  # type: ignore[arg-type]  # a dictionary of mixed values

    if before is State.ALARM and points[place] is Point.FINE:
        assert decide(worse, **settings) is State.ALARM  # type: ignore[arg-type]  # the same


rows = st.lists(st.booleans(), min_size=12, max_size=30)


@given(rows, st.data(), st.integers(1, 4), st.integers(1, 4), st.sampled_from(TREATMENTS))
def test_a_failure_more_never_tells_later(
    breaching: list[bool], data: st.DataObject, periods: int, datapoints: int, missing: Missing
) -> None:
    """Over a whole course: the first ALARM with one more failing period is no later."""
    more = list(breaching)
    more[data.draw(st.integers(0, len(more) - 1))] = True
    query = Query(Metric("N", "m"), "Maximum", 60)
    alarm = MetricAlarm(
        "a", {"m": query}, None, operator.ge, 1, 60, periods, min(datapoints, periods), missing
    )

    before, after = (first_alarm(points, alarm) for points in (breaching, more))

    assert after <= before


def first_alarm(breaching: list[bool], alarm: MetricAlarm) -> int:
    """The number of the evaluation that first finds it in ALARM; one behind the last for never."""
    window = alarm.periods + EXTRA_POINTS
    ranges = np.lib.stride_tricks.sliding_window_view(np.array(breaching, np.int8), window)
    states = settled(decided(ranges[None], alarm))[0]
    found = np.flatnonzero(states == State.ALARM)
    return int(found[0]) if len(found) else len(states)
