"""Each metric that an alarm may watch: its series in a play. One that is not here is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gate.detect import canary_metrics, log_series, service_metrics
from gate.detect.expressions import CannotEvaluate
from gate.detect.model import LogMetric, Metric
from gate.detect.play import Play
from gate.detect.series import Series

# What is stored by the second (put with StorageResolution 1), by name; the rest by the minute.
BY_THE_SECOND = ("ProbeFailed", "StartFailures")
MINUTE = 60


def series(
    play: Play, metric: Metric, statistic: str, bucket: int, logs: Sequence[LogMetric]
) -> Series:
    """The metric's series in buckets of `bucket` seconds.

    Raises:
        CannotEvaluate: the metric is not known here, or not stored so finely.
    """
    if bucket < MINUTE and metric.name not in BY_THE_SECOND:
        raise CannotEvaluate(f"metric {metric.name} is stored by the minute, not by {bucket} s")
    if metric.name in canary_metrics.OF_THE_CANARY:
        return canary_metrics.reported(play, metric, statistic, bucket)
    made = [log for log in logs if _same(log.metric, metric)]
    if made and made[0].measures:
        raise CannotEvaluate(f"metric {metric.name}, whose value is taken from the log")
    if made:
        return log_series.counted(play, metric, made[0], bucket)
    if (draw := service_metrics.OF_SERVICES.get((metric.namespace, metric.name))) is None:
        raise CannotEvaluate(f"metric {metric.namespace} {metric.name}")
    right = play.traffic.edges(bucket)[1]
    values = np.broadcast_to(draw(play, metric, statistic, bucket), (len(play.start), right.size))
    return Series(values, right + play.service_delay(metric.namespace, bucket))


def _same(one: Metric, other: Metric) -> bool:
    return (one.namespace, one.name) == (other.namespace, other.name)
