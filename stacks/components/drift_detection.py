"""CloudFormation compares the stacks with their templates, on a schedule.

The outcome is an event, which components/event_watch.py tells of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

# What AWS's ReadOnlyAccess lets read beside settings.
DATA = (
    "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan",
    "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
    "kms:Decrypt",
    "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:StartLiveTail",
    "logs:StartQuery",
    "s3:GetObject", "s3:GetObjectVersion",
    "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath",
)  # fmt: skip
CALL = "arn:aws:scheduler:::aws-sdk:cloudformation:detectStackDrift"


class DriftDetection(Construct):
    """Every stack of `stacks` is compared every `hours`."""

    def __init__(
        self, scope: Construct, id: str, *, prefix: str, stacks: Sequence[str], hours: int
    ) -> None:
        super().__init__(scope, id)
        role = _role(self, stacks)
        for stack in stacks:
            scheduler.CfnSchedule(
                self,
                stack,
                name=f"{prefix}-drift-{stack.removeprefix(f'{prefix}-')}",
                description=f"Compares {stack} with its template",
                schedule_expression=f"rate({hours} {'hour' if hours == 1 else 'hours'})",
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(
                    mode="FLEXIBLE", maximum_window_in_minutes=30
                ),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=CALL, role_arn=role.role_arn, input=json.dumps({"StackName": stack})
                ),
            )


def _role(scope: Construct, stacks: Sequence[str]) -> iam.Role:
    """CloudFormation reads every resource as whoever asks: settings, and nobody's data.

    Not SecurityAudit: it lacks what drift detection reads of functions, canaries and dashboards,
    and a detection that fails would be told every time.
    """
    stack = cdk.Stack.of(scope)
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com").with_conditions(
            {"StringEquals": {"aws:SourceAccount": stack.account}}
        ),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")],
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift"],
            resources=[
                stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{s}/*")
                for s in stacks
            ],
        )
    )
    role.add_to_policy(
        iam.PolicyStatement(effect=iam.Effect.DENY, actions=list(DATA), resources=["*"])
    )
    return role
