"""Between the topic that AWS tells and the one that people hear: a function that formats.

A notification takes one of three ways to people, and the next is there when one fails: as the
function formats it; as Lambda itself tells what the function failed on; and when SNS cannot call
the function at all, as a message that waits in a queue, which an alarm of its own tells of.
"""

from __future__ import annotations

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from stacks.components.alarms import Severity
from stacks.components.notifications import Notifications
from stacks.components.small_function import SmallFunction
from stacks.settings import Settings


class MessageFormatter(Construct):
    """The formatter of one severity; it may look up what of `alias` was deployed last."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        severity: Severity,
        settings: Settings,
        notifications: Notifications,
        alias: lambda_.Alias,
        repository: ecr.IRepository,
        log_group: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, id)
        people = notifications.people[severity]
        backend = settings.name("backend")
        function = SmallFunction(
            self,
            "Formatter",
            name=settings.name(f"alarm-message-{severity}"),
            package="alarm_message",
            environment={
                "TOPIC_ARN": people.topic_arn,
                "SEVERITY": severity,
                "STAGE": settings.stage,
                "PREFIX": settings.prefix,
                "FUNCTION": backend,
                "ALIAS": alias.alias_name,
                "LOG_GROUP": f"/aws/lambda/{backend}",
                "RUNBOOK": settings.notifications.runbook,
            },
            log_group=log_group,
            log_level=settings.function.log_level,
            timeout_seconds=30,  # above what AWS's four answers may take at worst
            on_failure=people,
        )
        _let_look_up(function, alias.lambda_, repository)
        notifications.topics[severity].add_subscription(
            subscriptions.LambdaSubscription(
                function.function, dead_letter_queue=notifications.undelivered
            )
        )


def _let_look_up(
    function: SmallFunction, backend: lambda_.IFunction, repository: ecr.IRepository
) -> None:
    """The alias, whichever version has the traffic, and the tags of its image."""
    function.role.add_to_policy(
        iam.PolicyStatement(
            actions=["lambda:GetAlias", "lambda:GetFunction"],
            resources=[backend.function_arn, f"{backend.function_arn}:*"],
        )
    )
    function.allow("ecr:DescribeImages", on=repository.repository_arn)
