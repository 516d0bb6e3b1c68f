"""Planned windows in which alarms tell nobody; they are judged on, and tell again by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.stage import Maintenance


def mute(
    scope: Construct,
    id: str,
    *,
    prefix: str,
    windows: Sequence[Maintenance],
    alarms: Sequence[str],
) -> None:
    """A mute rule for each window, over the alarms of these names."""
    for window in windows:
        cloudwatch.CfnAlarmMuteRule(
            scope,
            f"{id}-{window.name}",
            name=f"{prefix}-{window.name}",
            description=window.reason,
            mute_targets=cloudwatch.CfnAlarmMuteRule.MuteTargetsProperty(alarm_names=list(alarms)),
            rule=cloudwatch.CfnAlarmMuteRule.RuleProperty(
                schedule=cloudwatch.CfnAlarmMuteRule.ScheduleProperty(
                    expression=window.schedule,
                    duration=f"PT{window.minutes}M",
                    timezone=window.timezone,
                )
            ),
        )
