"""Metrics that the canary reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gate.detect.assumptions import Floats
from gate.detect.canary_runs import CanaryRuns
from gate.detect.expressions import CannotEvaluate
from gate.detect.model import Metric
from gate.detect.play import Play
from gate.detect.series import Series, gathered


def reported(play: Play, metric: Metric, statistic: str, bucket: int) -> Series:
    """The series of a metric of one probe, or of all; raises CannotEvaluate."""
    canary, probes = play.canary, list(play.setting.probes)
    values = OF_THE_CANARY[metric.name](canary)
    probe = metric.dimensions.get("Probe")
    if probe is not None and probe not in probes:
        raise CannotEvaluate(f"probe {probe}, which the probes' file does not have")
    chosen = values.sum(axis=-1) if probe is None else values[..., probes.index(probe)]
    if statistic == "SampleCount":
        chosen = np.ones(chosen.shape)
    seen = canary.reported + play.setting.assumed.put_metric.draw(play.rng, canary.reported.shape)
    count, add = play.traffic.buckets(bucket), statistic in ("Sum", "SampleCount")
    return gathered(canary.reported, chosen, seen, bucket=bucket, count=count, add=add)


# Name → its value, by run, canary run and probe; without a probe's dimension it is their sum.
OF_THE_CANARY: Mapping[str, Callable[[CanaryRuns], Floats]] = {
    "ProbeFailed": lambda canary: canary.failed.astype(np.float64),
    "ProbeRetried": lambda canary: canary.first_failed.astype(np.float64),
    "ProbeDuration": lambda canary: canary.took * 1000,
}
