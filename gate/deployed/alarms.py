"""Each alarm of the template is there, speaks, and is not red."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gate import assembly, aws
from gate.deployed.stack import Deployed, Said, differs
from gate.report import Finding

if TYPE_CHECKING:
    import boto3


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Look at every alarm, the silent ones too."""
    names = [one.physical.get(alarm.logical_id, "") for alarm in one.stack.of_type(assembly.ALARM)]
    if not names:
        return
    with aws.asking("alarms"):
        pages = session.client("cloudwatch").get_paginator("describe_alarms")
        found = {
            alarm["AlarmName"]: alarm
            for page in pages.paginate(AlarmNames=names)
            for alarm in page["MetricAlarms"]
        }
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
