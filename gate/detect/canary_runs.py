"""The runs of a canary: when each probe is asked, what it finds, and when that is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.detect.assumptions import Assumptions, Floats
from gate.detect.traffic import Reach

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Blips:
    """Failures that are the canary's alone, by run of the simulation and run of the canary.

    Where `there`, every ask of the probe number `probe` fails from the run's first on, for
    `lasts` seconds.
    """

    there: Bools
    probe: NDArray[np.int64]
    lasts: Floats


@dataclass(frozen=True)
class CanaryRuns:
    """By run of the simulation and run of the canary (probes last, in their order).

    `reported` is when the metrics are sent, NaN for a run that reports nothing; `asked` are the
    first asks of each probe, `first_failed` their outcome, `failed` that of the asks again too.
    `reached` tells the asks that the fault's version answered.
    """

    reported: Floats
    asked: Floats
    took: Floats
    first_failed: Bools
    failed: Bools
    reached: Bools


@dataclass(frozen=True)
class Asker:
    """Asks probes; `slow_seconds` is what a failing answer takes at least."""

    rng: np.random.Generator
    reach: Reach
    slow_seconds: float
    assumed: Assumptions

    def ask(self, when: Floats, share: Floats, until: Floats) -> tuple[Bools, Bools, Floats]:
        """Whether an ask fails, whether it reached the fault, and how long it took.

        `share` is how many asks of those that reach the fault fail; before `until` all fail.
        """
        reached = self.rng.random(when.shape) < self.reach.at(when)
        failed = (reached & (self.rng.random(when.shape) < share)) | (when < until)
        wrong = np.maximum(self.assumed.wrong_answer.draw(self.rng, when.shape), self.slow_seconds)
        right = self.assumed.answer.draw(self.rng, when.shape)
        took = np.minimum(np.where(failed, wrong, right), self.assumed.probe_limit)
        return failed, reached, took


def run(asker: Asker, *, starts: Floats, fails: Sequence[float], blips: Blips) -> CanaryRuns:
    """Let the canary run at `starts` (NaN: that run is left out), as lambda_src/canary does.

    All probes are asked at once, and those that failed once more, after a pause. `fails` is the
    share of each probe's asks that fail once the fault is there.
    """
    begun = starts + asker.assumed.canary_start.draw(asker.rng, starts.shape)
    asked = np.repeat(begun[..., None], len(fails), axis=-1)
    hit = blips.there[..., None] & (blips.probe[..., None] == np.arange(len(fails)))
    until = np.where(hit, asked + blips.lasts[..., None], -np.inf)
    first, reached, took = asker.ask(asked, np.array(fails), until)
    ended = (asked + took).max(axis=-1)
    again = np.broadcast_to((ended + asker.assumed.retry_pause)[..., None], asked.shape)
    second, _, took_again = asker.ask(again, np.array(fails), until)
    ended_again = np.where(first, again + took_again, ended[..., None]).max(axis=-1)
    return CanaryRuns(ended_again, asked, took, first, first & second, reached)
