"""Metric math over arrays, NaN where there is no data point.

Source: "Using metric math" (AmazonCloudWatch/latest/monitoring/using-metric-math.html); its
examples are tests. A function that is not in `FUNCTIONS` is told, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gate.detect.grammar import Array, Call, Name, Node, Number, Text

Values = NDArray[np.float64]


class CannotEvaluate(Exception):  # noqa: N818 - the name says what happened
    """The expression uses what is not known here; the message names it."""


def evaluate(node: Node, series: Mapping[str, Values], *, period: int) -> Values:
    """The values of an expression over series of one shape; raises CannotEvaluate."""
    match node:
        case Number(value):
            return np.array(value, dtype=np.float64)
        case Name(value) if value in series:
            return series[value]
        case Call("PERIOD", (Name(),)):
            return np.array(period, dtype=np.float64)
        case Call("METRICS" | "SUM" | "MAX" | "MIN" | "AVG" as function, arguments):
            return _over_array(function, _array(arguments, series, period))
        case Call(function, arguments) if function in FUNCTIONS:
            values = [evaluate(argument, series, period=period) for argument in arguments]
            return _called(function, values)
        case Call(function, _):
            raise CannotEvaluate(f"function {function} is not known to the simulation")
        case Name(value):
            raise CannotEvaluate(f"{value} is no id of a metric of this alarm")
    raise CannotEvaluate(f"{node} is not known to the simulation")


def _called(function: str, values: Sequence[Values]) -> Values:
    try:
        return FUNCTIONS[function](*values)
    except TypeError as exc:
        raise CannotEvaluate(f"function {function} with {len(values)} arguments") from exc


def _array(arguments: Sequence[Node], series: Mapping[str, Values], period: int) -> list[Values]:
    match tuple(arguments):
        case (Array(items),):
            return [evaluate(item, series, period=period) for item in items]
        case (Call("METRICS", inner),):
            return _array(inner, series, period)
        case ():
            return list(series.values())
        case (Text(part),):
            return [values for name, values in series.items() if part in name]
    raise CannotEvaluate("a statistic over the time of one series is not known to the simulation")


def _over_array(function: str, items: Sequence[Values]) -> Values:
    if function == "METRICS" or not items:
        raise CannotEvaluate("an array of series is not one series")
    stack = np.stack(np.broadcast_arrays(*items))
    nothing = np.isnan(stack).all(axis=0)
    zeros = np.nan_to_num(stack)
    by_function = {
        "SUM": zeros.sum(axis=0),
        "AVG": zeros.mean(axis=0),  # "missing values are treated as 0"
        "MAX": np.where(np.isnan(stack), -np.inf, stack).max(axis=0),
        "MIN": np.where(np.isnan(stack), np.inf, stack).min(axis=0),
    }
    return np.where(nothing, np.nan, by_function[function])


def _both(operate: Callable[[Values, Values], Values]) -> Callable[[Values, Values], Values]:
    """Where one of two series has no value it counts as 0; where both have none, nor has this."""

    def apply(left: Values, right: Values) -> Values:
        series = [side for side in (left, right) if side.ndim]
        nothing = np.all([np.isnan(side) for side in series], axis=0) if series else False
        with np.errstate(divide="ignore", invalid="ignore"):
            result = operate(np.nan_to_num(left), np.nan_to_num(right)).astype(np.float64)
        return np.where(nothing | ~np.isfinite(result), np.nan, result)

    return apply


def _if(condition: Values, then: Values, otherwise: Values | None = None) -> Values:
    other = np.float64(np.nan) if otherwise is None else otherwise
    chosen = np.where(np.nan_to_num(condition) != 0, np.nan_to_num(then), other)
    return np.where(np.isnan(condition), np.nan, chosen)


def _fill(values: Values, filler: Values) -> Values:
    return np.where(np.isnan(values), filler, values)


FUNCTIONS: Mapping[str, Callable[..., Values]] = {
    "+": _both(np.add),
    "*": _both(np.multiply),
    "/": _both(np.divide),  # by zero: the data point is dropped
    "^": _both(np.power),
    "-": lambda left, right=None: -left if right is None else _both(np.subtract)(left, right),
    "==": _both(np.equal),
    "!=": _both(np.not_equal),
    "<": _both(np.less),
    "<=": _both(np.less_equal),
    ">": _both(np.greater),
    ">=": _both(np.greater_equal),
    "AND": _both(np.logical_and),
    "OR": _both(np.logical_or),
    "IF": _if,
    "FILL": _fill,
    "ABS": np.abs,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
}
