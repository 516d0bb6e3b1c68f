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
    """CloudFormation reads every resource as whoever asks: settings, and nobody's data."""
    stack = cdk.Stack.of(scope)
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com").with_conditions(
            {"StringEquals": {"aws:SourceAccount": stack.account}}
        ),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("SecurityAudit")],
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
    return role
