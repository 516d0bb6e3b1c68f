"""What a function's log says when it cannot start: metrics, and a fast road beside them.

A metric filter counts by the minute, and its alarm is judged by the minute: two minutes may
pass. So the same lines also go, as they arrive, to a function that reports them as a metric of
ten-second periods. Should it fail, the filters are still there.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as destinations
from constructs import Construct

from stacks.components.small_function import SmallFunction

# The lines, in Lambda's JSON log format: platform events as in the Telemetry API's schema
# (docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html), of which the system
# log level INFO lets through every failure and every report; and the runtime client's own line.
ERROR = '$.record.errorType = "{0}" || $.errorType = "{0}"'
NOT_STARTED = (
    '($.type = "platform.initReport" || $.type = "platform.restoreReport") '
    '&& $.record.status != "success"'
)
SLOW_MS = 8000  # Lambda ends an init after 10 s
SLOW = (
    f'($.type = "platform.report" && $.record.metrics.initDurationMs >= {SLOW_MS}) '
    f'|| ($.type = "platform.restoreReport" && $.record.metrics.durationMs >= {SLOW_MS})'
)


@dataclass(frozen=True)
class Line:
    """Lines of the log that are counted: the metric's name, and CloudWatch's filter pattern."""

    metric: str
    pattern: str
    fails: bool = True  # whether the function did not start, rather than started badly
    value: str = "1"  # or a selector: what is reported of the line

    @property
    def is_count(self) -> bool:
        """Whether lines are counted, rather than measured."""
        return self.value == "1"


LINES = (
    Line("ImportModuleError", f"{{ {ERROR.format('Runtime.ImportModuleError')} }}"),
    Line("HandlerNotFound", f"{{ {ERROR.format('Runtime.HandlerNotFound')} }}"),
    Line("ExitError", f"{{ {ERROR.format('Runtime.ExitError')} }}"),
    Line("InitFailed", f"{{ {NOT_STARTED} }}"),
    Line("SlowInit", f"{{ {SLOW} }}", fails=False),
    Line(
        "InitDuration",
        '{ $.type = "platform.report" && $.record.metrics.initDurationMs >= 0 }',
        fails=False,
        value="$.record.metrics.initDurationMs",
    ),
    Line(
        "RestoreDuration",
        '{ $.type = "platform.restoreReport" && $.record.metrics.durationMs >= 0 }',
        fails=False,
        value="$.record.metrics.durationMs",
    ),
)
# Every type that Lambda's runtime has for a start that failed, and every start that failed.
ANY_FAILURE = f"{{ {ERROR.format('Runtime.*')} || ({NOT_STARTED}) }}"
ALL = "StartFailures"  # what the fast road counts


class StartFailures(Construct):
    """The metrics of one log group, in `namespace`, without dimensions: a filter has none."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        log_group: logs.ILogGroup,
        namespace: str,
        reporter: SmallFunction,
    ) -> None:
        super().__init__(scope, id)
        for line in LINES:
            logs.MetricFilter(
                self,
                line.metric,
                log_group=log_group,
                filter_name=line.metric,
                filter_pattern=logs.FilterPattern.literal(line.pattern),
                metric_namespace=namespace,
                metric_name=line.metric,
                metric_value=line.value,
                # A count has a 0 where nothing happens; a duration has nothing.
                default_value=0 if line.is_count else None,
            )
        logs.SubscriptionFilter(
            self,
            ALL,
            log_group=log_group,
            filter_name=ALL,
            destination=destinations.LambdaDestination(reporter.function),
            filter_pattern=logs.FilterPattern.literal(ANY_FAILURE),
        )
        reporter.let_report(namespace)
