"""Alarms that sum up others, so that one trouble is told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.components.alarms import AlarmRule, Severity, Topics, description, tell

# How long the lesser of two waits to see whether the greater one fires too, and how long it
# stays silent after that has recovered.
WAIT = cdk.Duration.minutes(1)


@dataclass(frozen=True, kw_only=True)
class CompositeRule:
    """A composite alarm: fires when any alarm that is `part_of` it does.

    While `silent_during` (another composite, earlier in the table) fires, it tells nobody.
    """

    name: str
    severity: Severity
    why: str
    because: str
    runbook: str
    silent_during: str | None = None


class CompositeAlarms(Construct):
    """The composite alarms of a table; they have actions of their own."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prefix: str,
        rules: Sequence[CompositeRule],
        parts: Sequence[AlarmRule],
        alarms: Mapping[str, cloudwatch.Alarm],
        topics: Topics,
        runbook: str,
    ) -> None:
        super().__init__(scope, id)
        self.by_name: dict[str, cloudwatch.CompositeAlarm] = {}
        for rule in rules:
            children = [alarms[part.name] for part in parts if part.part_of == rule.name]
            names = [f"{prefix}-{part.name}" for part in parts if part.part_of == rule.name]
            silencer = self.by_name[rule.silent_during] if rule.silent_during else None
            alarm = cloudwatch.CompositeAlarm(
                self,
                rule.name,
                composite_alarm_name=f"{prefix}-{rule.name}",
                alarm_description=description(
                    why=rule.why, because=rule.because, runbook=runbook, section=rule.runbook
                ),
                # By name, as one reads it; the dependency below says what a reference would.
                alarm_rule=cloudwatch.AlarmRule.from_string(
                    " OR ".join(f'ALARM("{name}")' for name in names)
                ),
                actions_suppressor=silencer,
                actions_suppressor_wait_period=WAIT if silencer else None,
                actions_suppressor_extension_period=WAIT if silencer else None,
            )
            alarm.node.add_dependency(*children)
            tell(alarm, topics[rule.severity])
            self.by_name[rule.name] = alarm
