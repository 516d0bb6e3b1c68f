"""Log groups: all of them named, kept for the stage's time and encrypted with its key."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components.keys import KEEP
from stacks.stage import Logs


def log_group(
    scope: Construct, id: str, *, name: str, key: kms.IKey, settings: Logs
) -> logs.LogGroup:
    """The log group `name`."""
    group = logs.LogGroup(scope, id, log_group_name=name, encryption_key=key, removal_policy=KEEP)
    # The settings hold any number of days that CloudWatch knows; the enum lags behind it.
    resource = cast(logs.CfnLogGroup, group.node.default_child)
    resource.retention_in_days = settings.retention_days
    return group
