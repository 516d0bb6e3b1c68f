"""Metrics that count lines of the function's log."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gate.detect import log_events, patterns
from gate.detect.model import LogMetric, Metric
from gate.detect.play import Fault, Play
from gate.detect.series import Series
from gate.detect.service_metrics import NEW_VERSION


def counted(play: Play, metric: Metric, log: LogMetric, bucket: int) -> Series:
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
