"""The states of every alarm in a play, and when each tells somebody.

A standard alarm is evaluated once a minute, at a second of the minute that is its own, on the
periods that are then complete; one with a period of 10, 20 or 30 seconds every 10 seconds.
Source: "Evaluating an alarm" (AmazonCloudWatch/latest/monitoring/alarm-evaluation.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.detect import expressions
from gate.detect.assumptions import Floats
from gate.detect.expressions import CannotEvaluate
from gate.detect.metrics import series
from gate.detect.model import LogMetric, MetricAlarm, Query
from gate.detect.play import Play
from gate.detect.series import Series, combined
from gate.detect.states import EXTRA_POINTS, Missing, Point, State, decide

States = NDArray[np.int8]
MINUTE, TEN_SECONDS, LONGEST_PERIOD = 60, 10, 3600


@dataclass(frozen=True)
class Course:
    """An alarm's course: when it was evaluated (by run, seconds) and its state from then on."""

    when: Floats
    states: States

    @property
    def steady(self) -> bool:
        """Whether it was OK all the time."""
        return not self.states.any()

    def rises(self, after: Floats) -> Floats:
        """When it went into ALARM at or after `after` (by run), each time; NaN elsewhere."""
        return self._changes(after, State.ALARM)

    def _changes(self, after: Floats, into: State) -> Floats:
        before = np.concatenate([np.zeros_like(self.states[:, :1]), self.states[:, :-1]], axis=1)
        changed = (self.states == into) & (before != into) & (self.when >= after[:, None])
        return np.where(changed, self.when, np.nan)

    def at(self, seconds: Floats) -> States:
        """The state at each of `seconds`, by run; before the first evaluation it is OK."""
        step = self.when[0, 1] - self.when[0, 0]
        index = np.floor((seconds[None, :] - self.when[:, :1]) / step).astype(int)
        index = np.minimum(index, self.states.shape[1] - 1)
        taken = np.take_along_axis(self.states, np.maximum(index, 0), axis=1)
        return np.where(index >= 0, taken, np.int8(State.OK)).astype(np.int8)


def course(alarm: MetricAlarm, play: Play, logs: tuple[LogMetric, ...]) -> Course:
    """Evaluate one alarm over a play; raises CannotEvaluate."""
    step = TEN_SECONDS if alarm.period < MINUTE else MINUTE
    ends = np.arange(0, int(play.horizon), step, dtype=np.int64)
    when = ends[None, :] + play.rng.uniform(0, step, (len(play.start), 1))
    found = {
        key: series(play, query.metric, query.statistic, _bucket(query), logs)
        for key, query in alarm.queries.items()
    }
    if _never(alarm, found):
        return Course(when, np.zeros(when.shape, np.int8))
    window = alarm.periods + EXTRA_POINTS
    points = {
        key: _points(query, found[key], ends=ends, when=when, count=window)
        for key, query in alarm.queries.items()
    }
    values = next(iter(points.values()))
    if alarm.expression is not None:
        values = expressions.evaluate(alarm.expression, points, period=alarm.period)
    breaching = _breaches(alarm, values).astype(np.int8)
    said = np.where(np.isnan(values), np.int8(Point.MISSING), breaching)
    return Course(when, settled(decided(said, alarm)))


def _bucket(query: Query) -> int:
    return TEN_SECONDS if query.period < MINUTE else MINUTE


def _never(alarm: MetricAlarm, found: Mapping[str, Series]) -> bool:
    """Whether no evaluation can breach, as most cannot: no bucket does, and silence is fine.

    What several buckets come to lies between theirs, but for a sum.
    """
    if alarm.expression is not None or alarm.missing not in (Missing.NOT_BREACHING, Missing.IGNORE):
        return False
    (query,) = alarm.queries.values()
    (one,) = found.values()
    summed = query.statistic in ("Sum", "SampleCount") and query.period != _bucket(query)
    return not summed and not _breaches(alarm, one.values).any()


def _breaches(alarm: MetricAlarm, values: Floats) -> NDArray[np.bool_]:
    """Where a value breaches; NaN does not."""
    with np.errstate(invalid="ignore"):
        return np.asarray(alarm.compare(values, alarm.threshold), dtype=np.bool_)


def _points(
    query: Query, found: Series, *, ends: NDArray[np.int64], when: Floats, count: int
) -> Floats:
    """The values of an evaluation range, oldest first: by run, evaluation and point."""
    if query.period > LONGEST_PERIOD:
        raise CannotEvaluate(f"a period of {query.period} s over what changes in that time")
    bucket = _bucket(query)
    per_period = query.period // bucket
    last = ends // bucket  # the first bucket that is not complete
    back = np.arange(count * per_period, 0, -1)
    index = (last[:, None] - back[None, :]).reshape(-1)
    inside = np.maximum(index, 0)
    shape = (len(when), len(ends), count * per_period)
    seen = found.visible[:, inside].reshape(shape) <= when[:, :, None]
    values = np.where(seen, found.values[:, inside].reshape(shape), np.nan)
    values = values.reshape(*shape[:2], count, per_period)
    return combined(values, query.statistic)


def decided(points: NDArray[np.int8], alarm: MetricAlarm) -> States:
    """The outcome of each evaluation (RETAIN among them); points are in the last axis.

    Each pattern of points that occurs is decided once.
    """
    weights = 3 ** np.arange(points.shape[-1], dtype=np.int64)
    patterns, place = np.unique(points.astype(np.int64) @ weights, return_inverse=True)
    states = [
        decide(
            tuple(int(pattern // weight % 3) for weight in weights),
            periods=alarm.periods,
            datapoints=alarm.datapoints,
            missing=alarm.missing,
        )
        for pattern in patterns
    ]
    return np.array(states, dtype=np.int8)[place].reshape(points.shape[:-1])


def settled(outcomes: States) -> States:
    """The state after each evaluation: RETAIN is the one before, and OK at first."""
    index = np.where(outcomes == State.RETAIN, -1, np.arange(outcomes.shape[1])[None, :])
    latest = np.maximum.accumulate(index, axis=1)
    states = np.take_along_axis(outcomes, np.maximum(latest, 0), axis=1)
    return np.where(latest >= 0, states, np.int8(State.OK)).astype(np.int8)
