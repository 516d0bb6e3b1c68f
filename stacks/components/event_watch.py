"""Events that are told as they happen: one row each, an EventBridge rule straight to a topic.

They have no state: nothing recovers, so they are no alarms. CloudTrail hands calls of AWS's API
to EventBridge where the account has a trail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from stacks.components.alarms import Severity, Topics

# Who may change things: a deployment. By where the call came from, which every event has and
# nobody can choose; a rule on the role would miss a user, who has none.
DEPLOYMENTS = ("cloudformation.amazonaws.com", "codedeploy.amazonaws.com")


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """One event: the source, its kind, and the pattern of its detail."""

    name: str
    source: str
    kind: str
    detail: Mapping[str, Any]
    why: str
    severity: Severity = Severity.TICKET


class EventWatch(Construct):
    """The rules of a table, each telling the topic of its severity."""

    def __init__(
        self, scope: Construct, id: str, *, prefix: str, rules: Sequence[EventRule], topics: Topics
    ) -> None:
        super().__init__(scope, id)
        for rule in rules:
            events.Rule(
                self,
                rule.name,
                rule_name=f"{prefix}-{rule.name}",
                description=rule.why,
                event_pattern=events.EventPattern(
                    source=[rule.source], detail_type=[rule.kind], detail=rule.detail
                ),
                targets=[targets.SnsTopic(topics[rule.severity])],
            )


def by_hand(
    *, name: str, service: str, calls: Sequence[str], members: Sequence[str], prefix: str, why: str
) -> EventRule:
    """Calls of a service's API that no deployment made, on things whose names have the prefix.

    `calls` are beginnings: Lambda ends its events' names with a date. `members` of the request
    name what is changed.
    """
    ours = [{"wildcard": f"*{prefix}-*"}]
    named = [{"requestParameters": {member: ours}} for member in members]
    return EventRule(
        name=name,
        source=f"aws.{service}",
        kind="AWS API Call via CloudTrail",
        detail={
            "eventName": [{"prefix": call} for call in calls],
            "sourceIPAddress": [{"anything-but": list(DEPLOYMENTS)}],
            **(named[0] if len(named) == 1 else {"$or": named}),
        },
        why=why,
    )


def event_table(*, project: str, prefix: str, stacks: Sequence[str]) -> tuple[EventRule, ...]:
    """What is told of a stage whose things' names begin with `prefix`.

    Pipelines are the project's: one delivers to every stage.
    """
    return (
        by_hand(
            name="drift-by-hand",
            service="lambda",
            calls=("UpdateFunctionConfiguration", "UpdateFunctionCode", "UpdateAlias",
                   "DeleteAlias", "DeleteFunction", "PutFunctionConcurrency",
                   "DeleteFunctionConcurrency", "PutProvisionedConcurrency", "RemovePermission",
                   "UpdateFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig"),
            members=("functionName",),
            prefix=prefix,
            why="Somebody changed a function or its alias by hand: what was tested does not run.",
        ),
        by_hand(
            name="alarm-by-hand",
            service="monitoring",
            calls=("PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "DisableAlarmActions",
                   "SetAlarmState"),
            members=("alarmName", "alarmNames"),
            prefix=prefix,
            why="Somebody changed an alarm by hand: what should wake people may be silent.",
        ),
        by_hand(
            name="canary-by-hand",
            service="synthetics",
            calls=("StopCanary", "UpdateCanary", "DeleteCanary"),
            members=("name",),
            prefix=prefix,
            why="Somebody changed or stopped the canary by hand.",
        ),
        EventRule(
            name="drift-found",
            source="aws.cloudformation",
            kind="CloudFormation Drift Detection Status Change",
            detail={
                "stack-id": [{"wildcard": f"*:stack/{stack}/*"} for stack in stacks],
                "$or": [
                    {"status-details": {"stack-drift-status": ["DRIFTED"],
                                        "detection-status": ["DETECTION_COMPLETE"]}},
                    {"status-details": {"detection-status": ["DETECTION_FAILED"]}},
                ],
            },
            why="A stack is not as its template says, or could not be compared with it.",
        ),
        EventRule(
            name="pipeline-failed",
            source="aws.codepipeline",
            kind="CodePipeline Pipeline Execution State Change",
            detail={"pipeline": [{"prefix": project}], "state": ["FAILED"]},
            why="A pipeline's execution failed: what was merged is not deployed.",
        ),
    )  # fmt: skip
