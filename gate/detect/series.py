"""A metric as CloudWatch holds it: one value for each bucket of time, and when it can be read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gate.detect.assumptions import Floats


@dataclass(frozen=True)
class Series:
    """By run and bucket: the value (NaN: no data point), and from when on alarms see it.

    A bucket is seen as a whole, when the last of it has arrived.
    """

    values: Floats
    visible: Floats


def combined(values: Floats, statistic: str) -> Floats:
    """One value from the buckets of a period, in the last axis; NaN where none has any.

    A percentile of several buckets is taken to be the largest of theirs, which it is at most.
    """
    there = ~np.isnan(values)
    if values.shape[-1] == 1:
        return values[..., 0]
    match statistic:
        case "Sum" | "SampleCount" | "Average":
            summed = np.where(there, values, 0.0).sum(axis=-1)
            count = np.maximum(there.sum(axis=-1), 1) if statistic == "Average" else 1
            result = summed / count
        case "Minimum":
            result = np.where(there, values, np.inf).min(axis=-1)
        case _:
            result = np.where(there, values, -np.inf).max(axis=-1)
    return np.where(there.any(axis=-1), result, np.nan)


def gathered(
    times: Floats, values: Floats, visible: Floats, *, bucket: int, count: int, add: bool
) -> Series:
    """The series of data points by run: their times, values and visibility, of one shape.

    Points of one bucket are added, or the largest is taken. A point whose time is NaN is none.
    """
    runs = times.shape[0]
    shown = np.full((runs, count), -np.inf)
    summed = np.zeros((runs, count)) if add else np.full((runs, count), -np.inf)
    index = np.floor(times / bucket)
    there = np.isfinite(index) & (index >= 0) & (index < count)
    row = np.broadcast_to(np.arange(runs)[:, None], times.shape)[there]
    column = index[there].astype(int)
    (np.add if add else np.maximum).at(summed, (row, column), values[there])
    np.maximum.at(shown, (row, column), visible[there])
    empty = np.isneginf(shown)
    return Series(np.where(empty, np.nan, summed), np.where(empty, np.inf, shown))
