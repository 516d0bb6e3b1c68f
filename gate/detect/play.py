"""One incident, played many times at once: what the service and its canary do, by run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gate.detect import canary_runs
from gate.detect.assumptions import Assumptions, Floats
from gate.detect.canary_runs import Asker, Blips, CanaryRuns
from gate.detect.model import Shift
from gate.detect.signals import ask_fails, slowness
from gate.detect.traffic import Reach, Traffic
from gate.rehearsals import Signals

WARM = 1200.0  # seconds before the fault in which all is well, so that every alarm is OK
MINUTE = 60.0
BY_DAY = 0.5  # share of the time


@dataclass(frozen=True)
class Fault:
    """What happens, and for how many seconds.

    `call` is one call that meets the signals by itself, `blip` a failure of the canary's alone,
    `left_out` a run of the canary that does not happen.
    """

    signals: Signals
    shift: Shift | None = None
    lasts: float = float("inf")
    call: bool = False
    blip: bool = False
    left_out: bool = False


@dataclass(frozen=True)
class Setting:
    """Where faults are played: how often, for how long, with which canary."""

    runs: int
    after: float  # seconds that are looked at once the fault is there
    probes: Sequence[str]
    canary_period: float
    assumed: Assumptions
    by_day: bool = False  # whether all runs are by day, rather than half of them


@dataclass
class Play:
    """A batch of runs. The fault begins at `start`, by run, anywhere in a minute."""

    fault: Fault
    setting: Setting
    start: Floats
    horizon: float
    traffic: Traffic
    canary: CanaryRuns
    rng: np.random.Generator
    _delays: dict[tuple[str, int], Floats] = field(default_factory=dict)

    def service_delay(self, namespace: str, bucket: int) -> Floats:
        """How late a service's metrics of a bucket are; one service sends them all together."""
        key = (namespace, bucket)
        if key not in self._delays:
            shape = (len(self.start), self.traffic.buckets(bucket))
            self._delays[key] = self.setting.assumed.service_metric.draw(self.rng, shape)
        return self._delays[key]


def play(fault: Fault, setting: Setting, seed: Sequence[int]) -> Play:
    """Draw the runs of a fault."""
    rng = np.random.default_rng(list(seed))
    assumed = setting.assumed
    horizon = WARM + MINUTE + setting.after
    start = WARM + rng.uniform(0, MINUTE, setting.runs)
    reach = Reach(start, start + (0.0 if fault.blip or fault.call else fault.lasts), fault.shift)
    starts = _canary_starts(rng, setting, horizon)
    next_run = np.argmax(starts >= start[:, None], axis=1)
    rows = np.arange(setting.runs)
    silent = np.zeros(starts.shape, dtype=np.bool_)
    if fault.left_out:
        silent[rows, next_run] = True
    if fault.signals.canary_silent:
        silent |= reach.at(starts) > 0
    blips = _blips(rng, starts, assumed, len(setting.probes), everywhere=fault.blip)
    blips.there[rows, next_run] |= fault.blip
    canary = canary_runs.run(
        Asker(rng, reach, slowness(fault.signals), assumed),
        starts=np.where(silent, np.nan, starts),
        fails=[ask_fails(fault.signals, probe) for probe in setting.probes],
        blips=blips,
    )
    by_day = (rng.random(setting.runs) < BY_DAY) | setting.by_day
    traffic = Traffic(
        rng=rng,
        rate=assumed.calls_per_second * np.where(by_day, 1.0, assumed.quiet),
        reach=reach,
        horizon=horizon,
        asked=np.concatenate([canary.asked.reshape(setting.runs, -1), start[:, None]], axis=1),
        reached=np.concatenate(
            [canary.reached.reshape(setting.runs, -1), np.full((setting.runs, 1), True)], axis=1
        ),
        calls=fault.call,
    )
    return Play(fault, setting, start, horizon, traffic, canary, rng)


def _canary_starts(rng: np.random.Generator, setting: Setting, horizon: float) -> Floats:
    period = setting.canary_period
    shape = (setting.runs, int(np.ceil(horizon / period)))
    regular = rng.uniform(0, period, (setting.runs, 1)) + period * np.arange(shape[1])
    return regular + setting.assumed.schedule.draw(rng, shape)


def _blips(
    rng: np.random.Generator, starts: Floats, assumed: Assumptions, probes: int, *, everywhere: bool
) -> Blips:
    share = assumed.failed_run_share if everywhere else 0.0
    return Blips(
        there=rng.random(starts.shape) < share,
        probe=rng.integers(0, probes, starts.shape),
        lasts=rng.exponential(assumed.blip, starts.shape),
    )
