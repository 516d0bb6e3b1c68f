"""An alarm is one row of a table: what is measured, when it is wrong, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

Missing = cloudwatch.TreatMissingData
Comparison = cloudwatch.ComparisonOperator
COMPARISONS = {
    ">=": Comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    "<=": Comparison.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
}


class Severity(StrEnum):
    """Who is told: a page wakes somebody, a ticket waits for the morning."""

    PAGE = "page"
    TICKET = "ticket"


Topics = Mapping[Severity, sns.ITopic]


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """One alarm.

    It fires when `statistic` of `metric` of `source` is beyond `threshold` in `datapoints` of
    the last `periods` periods of `period_seconds`; `missing` says what silence means. `why` it
    exists, the threshold's reason (`because`) and the section of the runbook stand in its
    description. It tells the topic of its `severity`, or is summed up by the composite alarm
    `part_of`, which tells for it.
    """

    name: str
    source: str
    metric: str
    statistic: str
    threshold: float
    why: str
    because: str
    runbook: str
    severity: Severity = Severity.TICKET
    part_of: str | None = None
    is_bad: Literal[">=", "<="] = ">="
    period_seconds: int = 60
    periods: int = 1
    datapoints: int = 1
    missing: cloudwatch.TreatMissingData = Missing.NOT_BREACHING


class Source(Protocol):
    """Something that has metrics, with the dimensions that name it."""

    def metric(
        self, metric_name: str, *, statistic: str, period: cdk.Duration
    ) -> cloudwatch.IMetric:
        """One of its metrics."""


@dataclass(frozen=True)
class CustomSource:
    """Metrics by the name of their namespace and their dimensions."""

    namespace: str
    dimensions: Mapping[str, str]

    def metric(
        self, metric_name: str, *, statistic: str, period: cdk.Duration
    ) -> cloudwatch.IMetric:
        """One of its metrics."""
        return cloudwatch.Metric(
            namespace=self.namespace,
            metric_name=metric_name,
            dimensions_map=dict(self.dimensions),
            statistic=statistic,
            period=period,
        )


@dataclass(frozen=True, kw_only=True)
class Share:
    """A metric as percent of another, and 0 for a period in which that one is below a floor."""

    of: Source
    whole: str
    floor: int

    def metric(
        self, metric_name: str, *, statistic: str, period: cdk.Duration
    ) -> cloudwatch.IMetric:
        """The share of one of its metrics."""
        part = self.of.metric(metric_name, statistic=statistic, period=period)
        whole = self.of.metric(self.whole, statistic=statistic, period=period)
        return cloudwatch.MathExpression(
            expression=f"IF(whole >= {self.floor}, 100 * part / whole, 0)",
            label=f"{metric_name} in percent",
            period=period,
            using_metrics={"part": part, "whole": whole},
        )


class Alarms(Construct):
    """The alarms of a table over its sources; firing and recovery are both told.

    `by_name` holds them under their names without the prefix. Where `composites` is false there
    is nobody to tell for an alarm that is part of one, and it tells its own topic.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prefix: str,
        rules: Sequence[AlarmRule],
        sources: Mapping[str, Source],
        topics: Topics,
        runbook: str,
        composites: bool = True,
    ) -> None:
        super().__init__(scope, id)
        self.by_name: dict[str, cloudwatch.Alarm] = {}
        for rule in rules:
            alarm = _alarm(self, rule, prefix=prefix, sources=sources, runbook=runbook)
            if not (composites and rule.part_of):
                tell(alarm, topics[rule.severity])
            self.by_name[rule.name] = alarm

    @property
    def alarms(self) -> list[cloudwatch.Alarm]:
        """All of them, in the order of the table."""
        return list(self.by_name.values())


def tell(alarm: cloudwatch.AlarmBase, topic: sns.ITopic) -> None:
    """Tell the topic when the alarm fires and when it recovers."""
    told = actions.SnsAction(topic)
    alarm.add_alarm_action(told)
    alarm.add_ok_action(told)


def description(*, why: str, because: str, runbook: str, section: str) -> str:
    """What everybody reads who sees the alarm, wherever that is."""
    return f"{why} Threshold: {because} Runbook: {runbook}#{section}"


def _alarm(
    scope: Construct, rule: AlarmRule, *, prefix: str, sources: Mapping[str, Source], runbook: str
) -> cloudwatch.Alarm:
    period = cdk.Duration.seconds(rule.period_seconds)
    source = sources[rule.source]
    return cloudwatch.Alarm(
        scope,
        rule.name,
        alarm_name=f"{prefix}-{rule.name}",
        alarm_description=description(
            why=rule.why, because=rule.because, runbook=runbook, section=rule.runbook
        ),
        metric=source.metric(rule.metric, statistic=rule.statistic, period=period),
        threshold=rule.threshold,
        comparison_operator=COMPARISONS[rule.is_bad],
        evaluation_periods=rule.periods,
        datapoints_to_alarm=rule.datapoints,
        treat_missing_data=rule.missing,
    )
