"""The Synthetics canary that asks the probes from outside, as a user's browser would."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_synthetics as synthetics
from constructs import Construct

from stacks.components.canary_package import HANDLER, package
from stacks.components.network import Placement, let_join_network
from stacks.components.private_bucket import private_bucket
from stacks.components.secrets import let_read
from stacks.stage import Canary

# AWS's newest (Python 3.12); the CDK's own constants end at 7.0.
RUNTIME = synthetics.Runtime("syn-python-selenium-14.0", synthetics.RuntimeFamily.PYTHON)
TIMEOUT = cdk.Duration.seconds(50)  # ends before the next run begins, also every minute
PREFIX = "runs"
PROBES_NAMESPACE = "CredMate/Probes"  # where lambda_src/canary reports


class UptimeCanary(Construct):
    """The canary `name`, its artifacts and its role."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        stage: str,
        url: str,
        probe_secret: secretsmanager.ISecret,
        key: kms.IKey,
        settings: Canary,
        placement: Placement | None,
    ) -> None:
        super().__init__(scope, id)
        kept = cdk.Duration.days(settings.artifact_days)
        bucket = private_bucket(self, "Artifacts", key=key, days=settings.artifact_days)
        role = _role(self, name=name, bucket=bucket, key=key)
        if placement:
            let_join_network(role)
        let_read(role, probe_secret)
        folder = Path(cdk.Stage.of(self).outdir) / "canary-package"  # type: ignore[union-attr] # an app is a Stage
        synthetics.Canary(
            self,
            "Canary",
            canary_name=name,
            runtime=RUNTIME,
            test=synthetics.Test.custom(
                code=synthetics.Code.from_asset(str(package(folder))), handler=HANDLER
            ),
            schedule=synthetics.Schedule.rate(cdk.Duration.minutes(settings.period_minutes)),
            timeout=TIMEOUT,
            memory=cdk.Size.mebibytes(960),  # the least that Synthetics takes
            environment_variables={
                "PROBE_URL": url,
                "PROBE_SECRET_ARN": probe_secret.secret_arn,
                "STAGE": stage,
            },
            role=role,
            vpc=placement.vpc if placement else None,
            vpc_subnets=placement.subnets if placement else None,
            security_groups=[placement.group] if placement else None,
            artifacts_bucket_location=synthetics.ArtifactsBucketLocation(
                bucket=bucket, prefix=PREFIX
            ),
            success_retention_period=kept,
            failure_retention_period=kept,
            provisioned_resource_cleanup=True,  # the canary's own function and layers go with it
        )


def _role(scope: Construct, *, name: str, bucket: s3.Bucket, key: kms.IKey) -> iam.Role:
    """What Synthetics asks for, narrowed to this canary, and the probes' own metrics."""
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:PutObject"], resources=[bucket.arn_for_objects(f"{PREFIX}/*")]
        )
    )
    role.add_to_policy(
        iam.PolicyStatement(actions=["s3:GetBucketLocation"], resources=[bucket.bucket_arn])
    )
    role.add_to_policy(
        # Decrypt: S3 reads the parts of a large artifact when it joins them.
        iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn])
    )
    role.add_to_policy(
        # Synthetics looks for the artifacts' bucket; the action knows no resource.
        iam.PolicyStatement(actions=["s3:ListAllMyBuckets"], resources=["*"])
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],  # the action knows no resource; the condition narrows it
            conditions={
                "StringEquals": {"cloudwatch:namespace": ["CloudWatchSynthetics", PROBES_NAMESPACE]}
            },
        )
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[
                cdk.Stack.of(scope).format_arn(
                    service="logs",
                    resource="log-group",
                    # Synthetics names the function `cwsyn-<canary>-<id>`.
                    resource_name=f"/aws/lambda/cwsyn-{name}-*",
                    arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
        )
    )
    return role
