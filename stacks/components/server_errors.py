"""The answers of 500 and above that a function gave by itself: no function error, no metric of AWS.

`lambda_src/backend/handler.py` writes one line for each, with the function and its version; this
counts them by both.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

NAMESPACE, METRIC = "CredMate/Backend", "ServerErrors"
MESSAGE, LEAST = "server error", 500
# Of a line, by the name of the dimension; the stages of one account differ by the function.
DIMENSIONS = {"FunctionName": "$.function", "ExecutedVersion": "$.version"}


def metric(*, function: lambda_.IFunction, version: str, period: cdk.Duration) -> cloudwatch.Metric:
    """How many a version gave; silent in a period without one."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=METRIC,
        dimensions_map={"FunctionName": function.function_name, "ExecutedVersion": version},
        statistic="Sum",
        period=period,
    )


class ServerErrors(Construct):
    """The metric, from a function's log."""

    def __init__(self, scope: Construct, id: str, *, log_group: logs.ILogGroup) -> None:
        super().__init__(scope, id)
        logs.MetricFilter(
            self,
            "Filter",
            log_group=log_group,
            filter_pattern=logs.FilterPattern.all(
                logs.FilterPattern.string_value("$.message", "=", MESSAGE),
                logs.FilterPattern.number_value("$.status", ">=", LEAST),
            ),
            metric_namespace=NAMESPACE,
            metric_name=METRIC,
            metric_value="1",
            dimensions=DIMENSIONS,
            unit=cloudwatch.Unit.COUNT,
        )
