"""Users' calls over time, and which of them the fault reaches. Buckets count from 0 seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gate.detect.assumptions import Floats
from gate.detect.model import Shift
from gate.detect.series import gathered


@dataclass(frozen=True)
class Reach:
    """Which share of the calls a fault reaches: from `start` to `end`, along a shift of traffic.

    Times are seconds, one for each run. Without a shift it is all of them.
    """

    start: Floats
    end: Floats
    shift: Shift | None = None

    def share(self, left: Floats, right: Floats) -> Floats:
        """The mean share between two times (broadcast against the runs in the first axis)."""
        left, right = np.broadcast_arrays(left, right)
        start = self.start.reshape(-1, *[1] * (left.ndim - 1))
        end = self.end.reshape(-1, *[1] * (left.ndim - 1))
        moved = self._moved(np.minimum(right, end) - start) - self._moved(
            np.minimum(left, end) - start
        )
        return np.clip(moved / np.maximum(right - left, 1e-9), 0.0, 1.0)

    def at(self, when: Floats) -> Floats:
        """The share at a time."""
        return self.share(when, when + 1e-3)

    def _moved(self, elapsed: Floats) -> Floats:
        """The integral of the share since the start."""
        elapsed = np.maximum(elapsed, 0.0)
        shift = self.shift
        if shift is None or not shift.duration:
            return elapsed
        first = shift.percent / 100
        if not shift.linear:
            return first * elapsed + (1 - first) * np.maximum(elapsed - shift.interval, 0.0)
        steps = range(round(100 / shift.percent))
        parts = [first * np.maximum(elapsed - step * shift.interval, 0.0) for step in steps]
        return np.asarray(np.sum(parts, axis=0))


@dataclass
class Traffic:
    """Calls, drawn once for each size of bucket and kept, so that metrics agree with each other.

    Beside the users' there are single calls at the times `asked` (by run): the canary's, and
    last of all one at the start of the fault, which counts only where `calls` says so. `reached`
    tells which of them the fault reaches.
    """

    rng: np.random.Generator
    rate: Floats  # users' calls a second, by run
    reach: Reach
    horizon: float
    asked: Floats
    reached: NDArray[np.bool_]
    calls: bool = False
    _drawn: dict[tuple[str, int], Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.calls:
            self.asked, self.reached = self.asked[:, :-1], self.reached[:, :-1]

    def buckets(self, bucket: int) -> int:
        """How many buckets there are."""
        return int(np.ceil(self.horizon / bucket))

    def edges(self, bucket: int) -> tuple[Floats, Floats]:
        """Where each bucket begins and ends."""
        left = bucket * np.arange(self.buckets(bucket), dtype=np.float64)[None, :]
        return left, left + bucket

    def hit(self, bucket: int) -> Floats:
        """The calls of each bucket that the fault reaches."""
        return self._once("hit", bucket, lambda: self._calls(bucket, reached=True))

    def others(self, bucket: int) -> Floats:
        """The calls of each bucket that it does not reach."""
        return self._once("others", bucket, lambda: self._calls(bucket, reached=False))

    def some(self, name: str, bucket: int, share: float) -> Floats:
        """A share of the calls that are hit; one draw for each `name`."""
        calls: NDArray[np.int64] = self.hit(bucket).astype(np.int64)
        if share >= 1:
            return calls.astype(np.float64)
        return self._once(name, bucket, lambda: self.rng.binomial(calls, share).astype(np.float64))

    def first(self, bucket: int) -> Floats:
        """When the first call of each bucket is hit; infinite where none is."""
        return self._once("first", bucket, lambda: self._first(bucket))

    def _calls(self, bucket: int, *, reached: bool) -> Floats:
        share = self.reach.share(*self.edges(bucket))
        mean = self.rate[:, None] * bucket * (share if reached else 1 - share)
        users = self.rng.poisson(mean).astype(np.float64)
        if reached:
            self._drawn["users", bucket] = users
        asked = np.where(self.reached == reached, self.asked, np.nan)
        ones = np.ones(asked.shape)
        added = gathered(asked, ones, ones, bucket=bucket, count=users.shape[1], add=True)
        return users + np.nan_to_num(added.values)

    def _first(self, bucket: int) -> Floats:
        """Of n calls anywhere between two times the first is at 1 - U^(1/n) of the way."""
        self.hit(bucket)
        users = self._drawn["users", bucket]
        left, right = self.edges(bucket)
        begin = np.maximum(left, self.reach.start[:, None])
        way = 1 - self.rng.random(users.shape) ** (1 / np.maximum(users, 1))
        first = np.where(users > 0, begin + way * np.maximum(right - begin, 0), np.inf)
        asked = np.where(self.reached, self.asked, np.nan)
        earliest = gathered(asked, asked, -asked, bucket=bucket, count=users.shape[1], add=False)
        return np.minimum(first, np.abs(earliest.visible))

    def _once(self, name: str, bucket: int, draw: Callable[[], Floats]) -> Floats:
        key = (name, bucket)
        if key not in self._drawn:
            self._drawn[key] = draw()
        return self._drawn[key]
