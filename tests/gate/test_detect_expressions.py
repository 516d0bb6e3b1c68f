"""Metric math, composite rules, suppression and filter patterns, by AWS's own examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gate.detect import expressions, rules, suppression
from gate.detect.expressions import CannotEvaluate
from gate.detect.grammar import CannotParse, parse
from gate.detect.patterns import matches
from gate.detect.states import State

NONE = float("nan")
A, OK, NO = State.ALARM, State.OK, State.INSUFFICIENT_DATA

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
COMPARED: dict[str, list[float]] = {"metric1": [30, 20, 0, 0], "metric2": [20, NONE, 20, NONE]}
CHOSEN: dict[str, list[float]] = {
    "metric1": [1, 1, 0, 0, NONE],
    "metric2": [30, NONE, 0, 0, 30],
    "metric3": [0, 0, 20, NONE, 20],
}
MATH: tuple[tuple[str, dict[str, list[float]], list[float]], ...] = (
    ("metric1 < metric2", COMPARED, [0, 0, 1, 0]),
    ("metric1 >= 30", COMPARED, [1, 0, 0, 0]),
    ("metric1 > 15 AND metric2 > 15", COMPARED, [1, 0, 0, 0]),
    ("IF(metric1, metric2, metric3)", CHOSEN, [30, 0, 20, NONE, NONE]),
    ("IF(metric1, 5, metric3)", CHOSEN, [5, 5, 20, NONE, NONE]),
    ("IF(metric1, metric2, 5)", CHOSEN, [30, 0, 5, 5, NONE]),
    # "Missing values are treated as 0"; what would divide by zero is dropped.
    ("errors / calls * 100", {"errors": [1, 1, NONE], "calls": [4, 0, NONE]}, [25, NONE, NONE]),
    ("MAX([a, b]) - 2 * a", {"a": [1, 2], "b": [5, NONE]}, [3, -2]),
    ("FILL(a, 7) + PERIOD(a)", {"a": [1, NONE]}, [61, 67]),
)


@pytest.mark.parametrize(("expression", "series", "values"), MATH)
def test_metric_math(expression: str, series: dict[str, list[float]], values: list[float]) -> None:
    arrays = {name: np.array(points, dtype=float) for name, points in series.items()}

    found = expressions.evaluate(parse(expression), arrays, period=60)

    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("expression", ["RATE(a)", "SUM(a)", "b + 1", "ANOMALY_DETECTION_BAND(a)"])
def test_what_metric_math_does_not_know_is_named(expression: str) -> None:
    with pytest.raises(CannotEvaluate, match=r"RATE|statistic|b is no id|ANOMALY"):
        expressions.evaluate(parse(expression), {"a": np.zeros(3)}, period=60)


@pytest.mark.parametrize("text", ["a +", "(a", "a b", "IF(a, 1", "a § b", ""])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(CannotParse):
        parse(text)


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
RULES: tuple[tuple[str, dict[str, State], bool], ...] = (
    ("ALARM(CPUHigh) AND ALARM(DiskHigh)", {"CPUHigh": A, "DiskHigh": OK}, False),
    ("ALARM(CPUHigh) AND NOT ALARM(Deploying)", {"CPUHigh": A, "Deploying": OK}, True),
    ("ALARM(CPUHigh) AND NOT ALARM(Deploying)", {"CPUHigh": A, "Deploying": A}, False),
    ('(ALARM("a-1") OR OK(b.2)) AND INSUFFICIENT_DATA(c)', {"a-1": OK, "b.2": OK, "c": NO}, True),
    ("AT_LEAST(2, ALARM, (a, b, c))", {"a": A, "b": OK, "c": A}, True),
    ("AT_LEAST(50%, OK, (a, b, c, d))", {"a": A, "b": OK, "c": A, "d": NO}, False),
    ("AT_LEAST(1, NOT OK, (a, b))", {"a": OK, "b": NO}, True),
    ("TRUE AND NOT FALSE", {}, True),
)


@pytest.mark.parametrize(("rule", "states", "holds"), RULES)
def test_composite_rules(rule: str, states: dict[str, State], holds: bool) -> None:
    arrays = {name: np.array([state], dtype=np.int8) for name, state in states.items()}

    assert rules.holds(parse(rule, loose_names=True), arrays).all() == holds
    assert set(rules.alarms_of(parse(rule, loose_names=True))) == set(states)


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html, examples 1
# to 6: wait period 2, extension period 3; the composite's changes, the suppressor's, the actions.
SUPPRESSED: tuple[tuple[list[Any], list[Any], list[Any]], ...] = (
    ([(2, A)], [], [(4, A)]),
    ([(2, A)], [(3, A)], []),
    ([(2, A), (3, OK)], [], [(5, OK)]),
    ([(2, A)], [(0, A)], []),
    ([(2, A)], [(3, A), (6, OK)], [(9, A)]),
    ([(2, A), (7, OK)], [(3, A), (6, OK)], [(9, OK)]),
)


@pytest.mark.parametrize(("changes", "suppressor", "taken"), SUPPRESSED)
def test_action_suppression(changes: list[Any], suppressor: list[Any], taken: list[Any]) -> None:
    assert suppression.actions(changes, suppressor, wait=2, extension=3) == taken


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "latency": 80,
    "user": {"id": 1, "email": "John.Stiles@example.com"},
}
PATTERNS = (
    ('{ $.eventType = "UpdateTrail" }', True),
    ("{ $.sourceIPAddress != 123.123.* }", True),
    ("{ $.latency > 79 && $.user.id = 1 }", True),
    ('{ ($.user.id = 2 && $.user.email = "nonmatch") || $.user.email = "*@example.com" }', True),
    ("{ $.nothing.here != 1 }", False),
    ("UpdateTrail -latency", False),
    ('?ERROR ?"UpdateTrail"', True),
)


@pytest.mark.parametrize(("pattern", "takes"), PATTERNS)
def test_filter_patterns(pattern: str, takes: bool) -> None:
    assert matches(pattern, EVENT) == takes
