"""Each metric that an alarm may watch: its series in a play. One that is not here is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from gate.detect import log_events, patterns
from gate.detect.assumptions import Floats
from gate.detect.canary_runs import CanaryRuns
from gate.detect.expressions import CannotEvaluate
from gate.detect.model import LogMetric, Metric
from gate.detect.play import Fault, Play
from gate.detect.series import Series, gathered
from gate.detect.signals import call_fails, function_fails
from gate.rehearsals import Signals

# What is stored by the second (put with StorageResolution 1), by name; the rest by the minute.
BY_THE_SECOND = ("ProbeFailed", "StartFailures")
MINUTE = 60
NEW_VERSION = "ExecutedVersion"  # the dimension of metrics of one version behind an alias
TAIL = 0.01  # a p99 shows what at least this share of calls has

Draw = Callable[[Play, Metric, str, int], Floats]


def series(
    play: Play, metric: Metric, statistic: str, bucket: int, logs: Sequence[LogMetric]
) -> Series:
    """The metric's series in buckets of `bucket` seconds.

    Raises:
        CannotEvaluate: the metric is not known here, or not stored so finely.
    """
    if bucket < MINUTE and metric.name not in BY_THE_SECOND:
        raise CannotEvaluate(f"metric {metric.name} is stored by the minute, not by {bucket} s")
    if metric.name in OF_THE_CANARY:
        return _of_canary(play, metric, statistic, bucket)
    made = [log for log in logs if _same(log.metric, metric)]
    if made and made[0].measures:
        raise CannotEvaluate(f"metric {metric.name}, whose value is taken from the log")
    if made:
        return _of_logs(play, metric, made[0], bucket)
    if (draw := OF_SERVICES.get((metric.namespace, metric.name))) is None:
        raise CannotEvaluate(f"metric {metric.namespace} {metric.name}")
    right = play.traffic.edges(bucket)[1]
    values = np.broadcast_to(draw(play, metric, statistic, bucket), (len(play.start), right.size))
    return Series(values, right + play.service_delay(metric.namespace, bucket))


def _same(one: Metric, other: Metric) -> bool:
    return (one.namespace, one.name) == (other.namespace, other.name)


# --- the services' own -------------------------------------------------------------------------


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

# --- the function's log ------------------------------------------------------------------------


def _of_logs(play: Play, metric: Metric, log: LogMetric, bucket: int) -> Series:
    """Lines that the pattern takes: none of a healthy call, so many of each that is hit."""
    assumed, traffic = play.setting.assumed, play.traffic
    lines = np.zeros((len(play.start), traffic.buckets(bucket)))
    if NEW_VERSION in metric.dimensions and not play.fault.shift:
        return Series(lines, np.full(lines.shape, np.inf))
    for name, share, events in _hit(play.fault, assumed.cold_share):
        taken = sum(patterns.matches(log.pattern, event) for event in events)
        if taken:
            lines = lines + taken * traffic.some(name, bucket, share)
    if patterns.matches(log.pattern, next(log_events.healthy(assumed.healthy_init_ms))):
        lines = lines + traffic.others(bucket)
    if not log.at_once:
        seen = traffic.edges(bucket)[1] + assumed.log_filter.draw(play.rng, lines.shape)
        return Series(lines if log.zeros else np.where(lines > 0, lines, np.nan), seen)
    delay = assumed.subscription.draw(play.rng, lines.shape)
    delay += assumed.put_metric.draw(play.rng, lines.shape)
    there = lines > 0
    return Series(
        np.where(there, lines, np.nan), np.where(there, traffic.first(bucket) + delay, np.inf)
    )


def _hit(fault: Fault, cold_share: float) -> Iterator[tuple[str, float, list[patterns.Event]]]:
    """What a hit call writes: the draw's name, the share of hit calls, and their lines."""
    signals = fault.signals
    if signals.start_failures and fault.call:  # a process that dies alone had started
        yield "starts", 1.0, list(log_events.fails(signals.start_failures))
    elif signals.start_failures:
        events = log_events.does_not_start(signals.start_failures)
        yield "starts", signals.start_failure_share, list(events)
    if signals.function_errors:
        yield "errors", signals.function_errors, list(log_events.fails("Function.Unhandled"))
    if signals.answers_5xx:
        yield "answers", signals.answers_5xx, [log_events.SERVER_ERROR]
    if signals.init_ms is not None:
        # A start that fails leaves nothing that runs: each call that fails is one more.
        ended = signals.init_ms >= log_events.INIT_LIMIT_MS
        share = max(cold_share, signals.function_errors) if ended else cold_share
        yield "cold", share, list(log_events.starts_slowly(signals.init_ms))


# --- the canary's ------------------------------------------------------------------------------


def _of_canary(play: Play, metric: Metric, statistic: str, bucket: int) -> Series:
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
