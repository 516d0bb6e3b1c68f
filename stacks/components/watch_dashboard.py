"""One screen: is login up, since when, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.components.alarms import Source
from stacks.components.deployment_marks import METRIC as DEPLOYMENTS

MINUTE = cdk.Duration.minutes(1)
WIDTH, HALF = 24, 12


class WatchDashboard(Construct):
    """The dashboard `name`; `graphs` come below the states of the alarms."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        first: Sequence[cloudwatch.AlarmBase],
        others: Sequence[cloudwatch.AlarmBase],
        help_text: str,
        graphs: Sequence[cloudwatch.IWidget],
    ) -> None:
        super().__init__(scope, id)
        dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=name, default_interval=cdk.Duration.hours(3)
        )
        dashboard.add_widgets(
            # Sorted by when the state changed: the newest trouble comes first.
            cloudwatch.AlarmStatusWidget(
                title="Is login up?", alarms=list(first), width=HALF, height=3,
                sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
            ),
            cloudwatch.TextWidget(markdown=help_text, width=HALF, height=3),
        )  # fmt: skip
        dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Every alarm", alarms=list(others), width=WIDTH, height=4,
                sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
            )
        )  # fmt: skip
        for left, right in zip(graphs[::2], graphs[1::2], strict=True):
            dashboard.add_widgets(left, right)


def graph(
    title: str,
    lines: Mapping[str, tuple[Source, str, str]],
    *,
    limit: float | None = None,
    marks: Source | None = None,
) -> cloudwatch.GraphWidget:
    """Lines by their labels: a source, one of its metrics, a statistic; and one at a limit.

    `marks` are deployments, on the right axis.
    """
    return cloudwatch.GraphWidget(
        title=title,
        width=HALF,
        left=[_line(label, *line) for label, line in lines.items()],
        left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="limit")]
        if limit
        else None,
        left_y_axis=cloudwatch.YAxisProps(min=0),
        right=[_line("deployment", marks, DEPLOYMENTS, "Sum")] if marks else None,
        right_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
    )


def _line(label: str, source: Source, metric: str, statistic: str) -> cloudwatch.IMetric:
    found = source.metric(metric, statistic=statistic, period=MINUTE)
    return found.with_(label=label) if isinstance(found, cloudwatch.Metric) else found


def versions(function: str, alias: str) -> cloudwatch.GraphWidget:
    """Invocations by version: a shift of traffic is where one colour gives way to another."""
    search = (
        "{AWS/Lambda,FunctionName,Resource,ExecutedVersion} "
        f'MetricName="Invocations" FunctionName="{function}" Resource="{function}:{alias}"'
    )
    return cloudwatch.GraphWidget(
        title="What changed: invocations by version",
        width=HALF,
        stacked=True,
        left=[
            cloudwatch.MathExpression(
                expression=f"SEARCH('{search}', 'Sum', 60)",
                label="version ${PROP('Dim.ExecutedVersion')}",
                period=MINUTE,
            )
        ],
    )
