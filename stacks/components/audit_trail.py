"""Who changed what in the account's region: CloudTrail's record, and what EventBridge hears."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components.private_bucket import private_bucket


class AuditTrail(Construct):
    """The trail `name` of every change: encrypted, sealed, kept for as long as the logs."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        days: int,
    ) -> None:
        super().__init__(scope, id)
        _let_trail_use(key, name)
        trail = cloudtrail.Trail(
            self,
            "Trail",
            trail_name=name,
            bucket=private_bucket(self, "Records", key=key, days=days),
            encryption_key=key,
            enable_file_validation=True,
            # Of this region alone: the stage is nowhere else.
            is_multi_region_trail=False,
            include_global_service_events=False,
            management_events=cloudtrail.ReadWriteType.WRITE_ONLY,
            send_to_cloud_watch_logs=True,
            cloud_watch_log_group=log_group,
        )
        trail.node.add_dependency(key)


def _let_trail_use(key: kms.IKey, name: str) -> None:
    """docs.aws.amazon.com/awscloudtrail, "Configure AWS KMS key policies for CloudTrail"."""
    stack = cdk.Stack.of(key)
    arn = stack.format_arn(service="cloudtrail", resource="trail", resource_name=name)
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudtrail.amazonaws.com")],
            actions=["kms:GenerateDataKey*", "kms:DescribeKey"],
            resources=["*"],  # in a key's own policy: this key
            conditions={"StringEquals": {"aws:SourceArn": arn}},
        )
    )
