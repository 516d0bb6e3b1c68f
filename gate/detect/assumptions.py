"""What AWS does not publish, or publishes loosely: each a named number that can be argued with.

A delay is lognormal by its median and its 95th percentile, in seconds. docs/detection.md shows
how much the results hang on each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.detect.target import CALLS_PER_SECOND

Z95 = 1.6448536269514722  # the standard normal's 95th percentile
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Delay:
    """A delay, and where its numbers come from."""

    median: float
    p95: float
    source: str

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        """Delays in seconds."""
        sigma = math.log(self.p95 / self.median) / Z95
        return self.median * np.exp(sigma * rng.standard_normal(shape))


@dataclass(frozen=True)
class Assumptions:
    """All of them, in one value: a study replaces one and looks again."""

    put_metric: Delay = Delay(
        2,
        5,
        "AWS News Blog, high-resolution metrics: on the screen seconds after they are published",
    )
    service_metric: Delay = Delay(
        30,
        90,
        "Lambda and API Gateway send metrics in 1-minute intervals; the lag is not published",
    )
    log_filter: Delay = Delay(
        10, 30, "a metric filter counts lines when they are ingested; the lag is not published"
    )
    subscription: Delay = Delay(
        4, 12, "CloudWatch Logs user guide: 'usually less than three minutes'; seconds as observed"
    )
    composite: Delay = Delay(1, 3, "not published; a composite follows the events of its parts")
    notification: Delay = Delay(
        1.5, 5, "measured: SNS to Lambda 225 ms at p99; the formatter's start, SNS once more, mail"
    )
    rollback: Delay = Delay(
        15, 45, "CodeDeploy polls the alarms and moves the alias; the interval is not published"
    )
    schedule: Delay = Delay(0.5, 3, "a canary's run starts late by this; not published")
    canary_start: Delay = Delay(3, 6, "the run's function starts, reads the secret and the probes")
    answer: Delay = Delay(0.2, 1.0, "a probe's answer; measured against this backend, warm to cold")
    wrong_answer: Delay = Delay(0.3, 2.0, "a wrong answer that comes at once")
    retry_pause: float = 7.0  # before a failed probe is asked again: lambda_src/canary
    probe_limit: float = 9.0  # and after which no answer is a failure: the same
    event: Delay = Delay(
        30, 240, "CloudTrail to EventBridge: CloudTrail user guide, 'typically within 5 minutes'"
    )
    calls_per_second: float = CALLS_PER_SECOND
    quiet: float = 0.1  # share of that which is left at night, half of the time
    cold_share: float = 0.02  # calls that start a new environment
    healthy_ms: float = 80.0  # p99 of a call's duration
    healthy_init_ms: float = 900.0
    failed_run_share: float = 0.001  # canary runs in which one probe's first ask fails
    blip: float = 1.0  # mean seconds that such a cause lasts
    slow_minutes: float = 52.0  # a year: every call slow
    single_errors: float = 365.0  # a year: one call ends in an error
    single_exits: float = 52.0  # a year: one process of the function ends by itself
    late_runs: float = 52.0  # a year: a canary run is left out
