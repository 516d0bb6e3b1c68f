"""A small Python function of our own: a folder of `lambda_src`, boto3 and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.settings import ROOT

SOURCES = ROOT / "lambda_src"


class SmallFunction(Construct):
    """The function `name`, with a role of its own that may write its log and nothing more.

    When it is called without waiting and fails, AWS tells `on_failure` what it was called with.
    """

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
        on_failure: sns.ITopic | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            # The folder stays a package, so that its modules can name each other.
            code=lambda_.Code.from_asset(
                str(SOURCES),
                exclude=["/*", f"!/{package}", "__pycache__"],
                ignore_mode=cdk.IgnoreMode.GIT,
            ),
            handler=f"{package}.handler.handler",
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

        if on_failure:
            self._tell_of_failures(on_failure)

    def _tell_of_failures(self, topic: sns.ITopic) -> None:
        """At once: a second attempt would come a minute later."""
        self.let_publish(topic)
        lambda_.CfnEventInvokeConfig(
            self,
            "OnFailure",
            function_name=self.function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=60,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(
                    destination=topic.topic_arn
                )
            ),
        ).node.add_dependency(self.role)

    def let_publish(self, topic: sns.ITopic) -> None:
        """Let it tell a topic.

        Not `grant_publish`: it writes the role into the policy of the lasting stack's key.
        """
        self.allow("sns:Publish", on=topic.topic_arn)
        if key := topic.master_key:
            self.allow("kms:Decrypt", "kms:GenerateDataKey", on=key.key_arn)

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
