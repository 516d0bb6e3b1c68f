"""What a build may do beyond its own artifacts: no more than its commands ask for."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.components.build_project import USE_CONNECTION, BuildProject
from stacks.components.image_sharing import PULL
from stacks.settings import Settings

QUALIFIER = "hnb659fds"  # of `cdk bootstrap`, where nobody chose another
# Deploy and upload; images are never built again, so the image role is not among them.
BOOTSTRAP_ROLES = ("deploy-role", "file-publishing-role", "lookup-role")
# What `gate verify` asks, and of which resources; `{}` is what the names of a stage begin with.
LOOKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("cloudformation", "stack/{}-*", ("DescribeStacks", "ListStackResources")),
    (
        *("codedeploy", "deploymentgroup:{0}-*/{0}-*"),
        ("BatchGetDeployments", "GetDeployment", "ListDeployments"),
    ),
    ("lambda", "function:{}-*", ("GetAlias", "GetFunction")),
    ("logs", "log-group:*", ("DescribeLogGroups",)),
    ("synthetics", "canary:{}-*", ("GetCanary", "GetCanaryRuns")),
)
PUSH = [
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
]
# DescribeAlarms tells of composite alarms only who may ask of everything: its API reference.
LOOKS_AT_ALL = ("cloudwatch:DescribeAlarms",)


def looked_at(stage: Settings, *, partition: str, account: str) -> dict[str, tuple[str, ...]]:
    """What `gate verify` looks at in a stage, each with the actions that it asks of it."""
    place = f"{stage.region}:{account}"
    found = {
        f"arn:{partition}:{service}:{place}:{resource.format(stage.prefix)}": tuple(
            f"{service}:{action}" for action in asked
        )
        for service, resource, asked in LOOKS
    }
    # API Gateway has one action for everything that is read, by the name of HTTP's method.
    api = f"arn:{partition}:apigateway:{stage.region}::/apis/*"
    return found | {api: ("apigateway:GET",), "*": LOOKS_AT_ALL}


def keys_of(stage: Settings, *, partition: str, account: str) -> str:
    """Every key of the stage's account: which of them a secret has, nobody knows before."""
    return f"arn:{partition}:kms:{stage.region}:{account}:key/*"


def orchestrate(
    projects: Sequence[BuildProject], *, artifacts: s3.IBucket, key: kms.IKey, connection: str
) -> list[iam.PolicyStatement]:
    """What the pipeline itself does: fetch, hand artifacts on, start builds."""
    table = (
        (["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], [artifacts.arn_for_objects("*")]),
        (["s3:GetBucketLocation", "s3:GetBucketVersioning"], [artifacts.bucket_arn]),
        (["kms:Decrypt", "kms:GenerateDataKey"], [key.key_arn]),
        (list(USE_CONNECTION), [connection]),
        (
            ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"],
            [one.project.project_arn for one in projects],
        ),
    )
    return [iam.PolicyStatement(actions=a, resources=resources) for a, resources in table]


def assume_bootstrap_roles(role: iam.Role, stages: Sequence[Settings]) -> None:
    """Let it deploy to the accounts of `stages`, as `cdk bootstrap` prepared them."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["sts:AssumeRole"],
            resources=[_bootstrap(stage, name) for stage in stages for name in BOOTSTRAP_ROLES],
        )
    )


def _bootstrap(stage: Settings, name: str) -> str:
    account = stage.account or cdk.Aws.ACCOUNT_ID
    role = f"cdk-{QUALIFIER}-{name}-{account}-{stage.region}"
    return f"arn:{cdk.Aws.PARTITION}:iam::{account}:role/{role}"


def publish_and_scan(role: iam.Role, repository: ecr.IRepository) -> None:
    """Let it push images and read what the scan found."""
    role.add_to_policy(
        # The action knows no resource.
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"])
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=[
                *PULL,
                *PUSH,
                "ecr:BatchCheckLayerAvailability",
                "ecr:DescribeImages",
                "ecr:DescribeImageScanFindings",
            ],
            resources=[repository.repository_arn],
        )
    )


def look(role: iam.Role, stage: Settings) -> None:
    """Let it read what is deployed of a stage, and the probe user that logs in."""
    partition, account = cdk.Aws.PARTITION, stage.account or cdk.Aws.ACCOUNT_ID
    for resource, actions in looked_at(stage, partition=partition, account=account).items():
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
    name = stage.secrets.probe_secret_name or f"{stage.project}/{stage.stage}/probe-user"
    # Secrets Manager adds six characters of its own to the name.
    secret = f"arn:{partition}:secretsmanager:{stage.region}:{account}:secret:{name}-??????"
    role.add_to_policy(
        iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[secret])
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt"],
            # Whichever key the secret has: the conditions name the secret.
            resources=[keys_of(stage, partition=partition, account=account)],
            conditions={
                "StringEquals": {"kms:ViaService": f"secretsmanager.{stage.region}.amazonaws.com"},
                "ArnLike": {"kms:EncryptionContext:SecretARN": secret},
            },
        )
    )
