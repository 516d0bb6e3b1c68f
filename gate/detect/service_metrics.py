"""The metrics that AWS's services report of the function, the API, the database and the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gate.detect.assumptions import Floats
from gate.detect.model import Metric
from gate.detect.play import Play
from gate.detect.signals import call_fails, function_fails
from gate.rehearsals import Signals

NEW_VERSION = "ExecutedVersion"  # the dimension of metrics of one version behind an alias
TAIL = 0.01  # a p99 shows what at least this share of calls has

Draw = Callable[[Play, Metric, str, int], Floats]


def _calls(play: Play, metric: Metric, bucket: int) -> Floats:
    """Invocations; of the new version alone those that it got, and none where none is new."""
    if NEW_VERSION in metric.dimensions:
        return play.traffic.hit(bucket) if play.fault.shift else np.zeros(1)
    return play.traffic.hit(bucket) + play.traffic.others(bucket)


def _counted(share: Callable[[Signals], float], name: str) -> Draw:
    """A count of hit calls; no data point in a period without any call."""

    def draw(play: Play, metric: Metric, _statistic: str, bucket: int) -> Floats:
        calls = _calls(play, metric, bucket)
        counted = play.traffic.some(name, bucket, share(play.fault.signals))
        if NEW_VERSION in metric.dimensions and not play.fault.shift:
            counted = np.zeros(1)
        return np.where(calls > 0, counted, np.nan)

    return draw


def _invocations(play: Play, metric: Metric, _statistic: str, bucket: int) -> Floats:
    calls = _calls(play, metric, bucket)
    return np.where(calls > 0, calls, np.nan)


def _duration(play: Play, metric: Metric, statistic: str, bucket: int) -> Floats:
    """A percentile or the maximum sees the slow calls once there are enough of them."""
    calls = _calls(play, metric, bucket)
    usual = play.setting.assumed.healthy_ms
    slow = play.fault.signals.duration_p99_ms or usual
    hit = play.traffic.hit(bucket) / np.maximum(calls, 1)
    if statistic == "Average":
        values = usual + (slow - usual) * TAIL * hit
    else:
        values = np.where(hit >= TAIL, slow, usual)
    return np.where(calls > 0, values, np.nan)


def _concurrency(play: Play, _metric: Metric, _statistic: str, bucket: int) -> Floats:
    calls = play.traffic.hit(bucket) + play.traffic.others(bucket)
    reached = play.traffic.hit(bucket) > 0
    return np.where(
        reached, max(play.fault.signals.concurrency, 1.0), np.where(calls > 0, 1.0, np.nan)
    )


def _database(usual: float) -> Draw:
    """A database's gauge: its usual value, and the incident's (by its name) while it lasts."""

    def draw(play: Play, metric: Metric, _statistic: str, bucket: int) -> Floats:
        during = play.traffic.reach.share(*play.traffic.edges(bucket)) > 0
        return np.where(during, play.fault.signals.database.get(metric.name, usual), usual)

    return draw


def _undelivered(play: Play, _metric: Metric, _statistic: str, bucket: int) -> Floats:
    """Messages that wait in a queue for those that nobody got."""
    during = play.traffic.reach.share(*play.traffic.edges(bucket)) > 0
    return np.where(during, play.fault.signals.undelivered, 0.0)


GB = 2.0**30
OF_SERVICES: Mapping[tuple[str, str], Draw] = {
    ("AWS/Lambda", "Invocations"): _invocations,
    ("AWS/Lambda", "Errors"): _counted(function_fails, "errors"),
    ("AWS/Lambda", "Throttles"): _counted(lambda signals: signals.throttled, "throttles"),
    ("AWS/Lambda", "Duration"): _duration,
    ("AWS/Lambda", "ConcurrentExecutions"): _concurrency,
    ("AWS/ApiGateway", "Count"): _invocations,
    ("AWS/ApiGateway", "5xx"): _counted(call_fails, "5xx"),
    ("AWS/ApiGateway", "Latency"): _duration,
    ("AWS/RDS", "CPUUtilization"): _database(20),
    ("AWS/RDS", "ACUUtilization"): _database(20),
    ("AWS/RDS", "DatabaseConnections"): _database(20),
    ("AWS/RDS", "FreeableMemory"): _database(16 * GB),
    ("AWS/RDS", "ServerlessDatabaseCapacity"): _database(1),
    ("AWS/CertificateManager", "DaysToExpiry"): _database(300),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): _undelivered,
}
