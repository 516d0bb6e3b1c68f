"""Each alarm of the template is there, speaks, and is not red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gate import assembly, aws
from gate.deployed.stack import Deployed, Said, differs
from gate.report import Finding

if TYPE_CHECKING:
    import boto3


KINDS = (assembly.ALARM, assembly.COMPOSITE_ALARM)
BATCH = 100  # names that DescribeAlarms takes


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Look at every alarm, the silent and the composite ones too."""
    names = [
        name_of(one.physical.get(alarm.logical_id, ""))
        for kind in KINDS
        for alarm in one.stack.of_type(kind)
    ]
    if not names:
        return
    found = describe(session, [name for name in names if name])
    for name in names:
        alarm = found.get(name)
        if alarm is None:
            yield differs(f"alarm {name or '(unnamed)'} is gone")
        elif not alarm.get("ActionsEnabled", True):
            yield differs(f"alarm {name} is muted: its actions are disabled")
        elif alarm["StateValue"] == "ALARM":
            reason = alarm.get("StateReason", "")
            yield Finding(
                "verify.alarm.red", f"alarm {name} is in ALARM: {reason}", fix="see its runbook"
            )
    silent = sum(alarm["StateValue"] == "INSUFFICIENT_DATA" for alarm in found.values())
    yield f"{one.stack.name}: {len(found)} alarms, {silent} of them without data yet"


def name_of(physical: str) -> str:
    """The name of an alarm: its physical id, or the end of it where that is the ARN."""
    return physical.partition(":alarm:")[2] or physical


def describe(session: boto3.Session, names: Sequence[str]) -> dict[str, Any]:
    """Metric and composite alarms by name."""
    with aws.asking("alarms"):
        pages = session.client("cloudwatch").get_paginator("describe_alarms")
        return {
            alarm["AlarmName"]: alarm
            for start in range(0, len(names), BATCH)
            for page in pages.paginate(
                AlarmNames=names[start : start + BATCH],
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            )
            for alarm in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ()))
        }
