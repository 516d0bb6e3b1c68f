"""An alarm is one row of a table: what is measured, when it is wrong, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

Missing = cloudwatch.TreatMissingData
PROBES_NAMESPACE = "CredMate/Probes"  # where lambda_src/canary reports


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """One alarm.

    It fires when `statistic` of `metric` reaches `threshold` in `datapoints` of the last
    `periods` periods of `period_minutes`; `missing` says what silence means.
    """

    name: str
    metric: str
    statistic: str
    threshold: float
    why: str
    period_minutes: int = 1
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
    """Metrics that our own code reports."""

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


class Alarms(Construct):
    """The alarms of a table over one source; firing and recovery are both told to the topic."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prefix: str,
        rules: Sequence[AlarmRule],
        source: Source,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        told = actions.SnsAction(topic)
        self.alarms = [_alarm(self, rule, prefix=prefix, source=source) for rule in rules]
        for alarm in self.alarms:
            alarm.add_alarm_action(told)
            alarm.add_ok_action(told)


def _alarm(scope: Construct, rule: AlarmRule, *, prefix: str, source: Source) -> cloudwatch.Alarm:
    period = cdk.Duration.minutes(rule.period_minutes)
    return cloudwatch.Alarm(
        scope,
        rule.name,
        alarm_name=f"{prefix}-{rule.name}",
        alarm_description=rule.why,
        metric=source.metric(rule.metric, statistic=rule.statistic, period=period),
        threshold=rule.threshold,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=rule.periods,
        datapoints_to_alarm=rule.datapoints,
        treat_missing_data=rule.missing,
    )
