"""What watches a stage, as its templates declare it: plain values, read by `template.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gate.detect.grammar import Node
from gate.detect.states import Missing

PAGE, TICKET = "page", "ticket"
Compare = Callable[[Any, Any], Any]  # of values, element by element, with the threshold


@dataclass(frozen=True)
class Metric:
    """A metric by its namespace, name and dimensions."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Query:
    """A statistic of a metric over a period, in seconds."""

    metric: Metric
    statistic: str
    period: int


@dataclass(frozen=True)
class MetricAlarm:
    """An alarm on one metric, or on an expression over several.

    `queries` are by id; `expression` is over their ids, None where there is one query alone.
    `severities` are those of the topics that are told of ALARM.
    """

    name: str
    queries: Mapping[str, Query]
    expression: Node | None
    compare: Compare
    threshold: float
    period: int
    periods: int
    datapoints: int
    missing: Missing
    severities: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompositeAlarm:
    """An alarm over other alarms. `wait` and `extension` are the suppressor's, in seconds."""

    name: str
    rule: Node
    severities: tuple[str, ...] = ()
    suppressor: str | None = None
    wait: float = 0.0
    extension: float = 0.0


@dataclass(frozen=True)
class Canary:
    """A canary: how often it runs, in seconds."""

    name: str
    period: float


@dataclass(frozen=True)
class LogMetric:
    """A metric that counts the lines of a log that a filter pattern takes.

    `at_once` is one that a function reports, which a subscription feeds with the lines as they
    arrive; the others are metric filters, which count by the minute.
    """

    pattern: str
    metric: Metric
    at_once: bool = False
    zeros: bool = False  # it says 0 where there are other lines only
    measures: bool = False  # its value is taken from the line


@dataclass(frozen=True)
class EventRule:
    """A rule of EventBridge that tells topics at once, without any alarm."""

    name: str
    severities: tuple[str, ...]


@dataclass(frozen=True)
class Shift:
    """How a deployment moves traffic: `percent` at a time, every `interval` seconds.

    With `linear` each interval moves `percent` more; without it, the rest moves after the first.
    `alarms` are those that undo it.
    """

    percent: float
    interval: float
    linear: bool
    alarms: tuple[str, ...]

    @property
    def duration(self) -> float:
        """Seconds until all traffic has moved."""
        steps = round(100 / self.percent) - 1 if self.linear else 1
        return steps * self.interval


@dataclass(frozen=True)
class Watch:
    """All that watches a stage."""

    alarms: Mapping[str, MetricAlarm]
    composites: Mapping[str, CompositeAlarm]
    canaries: tuple[Canary, ...]
    logs: tuple[LogMetric, ...]
    rules: Mapping[str, EventRule]
    shift: Shift | None
