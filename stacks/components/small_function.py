"""A small Python function of our own: a folder of `lambda_src`, boto3 and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.settings import ROOT

SOURCES = ROOT / "lambda_src"


class SmallFunction(Construct):
    """The function `name`, with a role of its own that may write its log and nothing more."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        package: str,
        environment: Mapping[str, str],
        log_group: logs.ILogGroup,
        log_level: str,
        timeout_seconds: int = 20,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset(str(SOURCES / package), exclude=["__pycache__", "*.pyc"]),
            handler="handler.handler",
            memory_size=256,
            timeout=cdk.Duration.seconds(timeout_seconds),
            role=self.role,
            environment=environment,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
            application_log_level_v2=lambda_.ApplicationLogLevel[log_level],
            recursive_loop=lambda_.RecursiveLoop.TERMINATE,
        )

    def allow(self, *actions: str, on: str) -> None:
        """Let it call `actions` on one resource."""
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[on]))

    def let_report(self, namespace: str) -> None:
        """Let it report metrics into one namespace."""
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],  # the action knows no resource; the condition narrows it
                conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
            )
        )
