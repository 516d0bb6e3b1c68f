"""A Lambda function from the backend's image.

Everything that decides how it runs stands in the template, also where it equals Lambda's
default: what a template leaves out survives when somebody changes it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components.keys import KEEP
from stacks.components.network import Placement, let_join_network
from stacks.settings import ROOT, Settings
from stacks.stage import Function
from stacks.stage_values import DOCKERFILE, PLATFORMS

ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


def image_code(
    settings: Settings, *, repository: ecr.IRepository, command: str
) -> lambda_.DockerImageCode:
    """The image that runs `command`: the tested digest, or else the Dockerfile, built at deploy.

    The Dockerfile smoke-tests what it builds, so that on this road too nothing is deployed that
    cannot answer the probes.
    """
    function = settings.function
    if settings.image.digest:
        return lambda_.DockerImageCode.from_ecr(
            repository,
            # Known at synthesis: given as a parameter the CDK would take it for a tag.
            tag_or_digest=settings.image.digest,
            cmd=[command],
            entrypoint=[function.entry_point],
            working_directory=function.working_directory,
        )
    return lambda_.DockerImageCode.from_image_asset(
        # The repository: the smoke test needs the gate and the probes. .dockerignore lists them.
        str(ROOT),
        file=DOCKERFILE,
        ignore_mode=cdk.IgnoreMode.DOCKER,
        cmd=[command],
        entrypoint=[function.entry_point],
        working_directory=function.working_directory,
        build_args=settings.image.build_args(function),
        platform=ecr_assets.Platform.custom(PLATFORMS[function.architecture]),
    )


class ImageFunction(Construct):
    """The function `name`, with a role of its own that may write its log and nothing more."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        code: lambda_.DockerImageCode,
        settings: Function,
        timeout_seconds: int,
        snap_start: bool,
        reserved_concurrency: int | None,
        environment: Mapping[str, str],
        log_group: logs.ILogGroup,
        placement: Placement | None,
    ) -> None:
        super().__init__(scope, id)
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            function_name=name,
            code=code,
            architecture=ARCHITECTURES[settings.architecture],
            memory_size=settings.memory_mb,
            timeout=cdk.Duration.seconds(timeout_seconds),
            ephemeral_storage_size=cdk.Size.mebibytes(settings.ephemeral_storage_mb),
            reserved_concurrent_executions=reserved_concurrency,
            tracing=lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel[settings.log_level],
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
            log_group=log_group,
            recursive_loop=lambda_.RecursiveLoop.TERMINATE,
            environment=environment,
            role=_role(self, log_group, in_network=placement is not None),
            vpc=placement.vpc if placement else None,
            vpc_subnets=placement.subnets if placement else None,
            security_groups=[placement.group] if placement else None,
            # Kept: without the version before there is nothing to roll back to.
            current_version_options=lambda_.VersionOptions(removal_policy=KEEP),
        )
        # The CDK can only say On; left out it could be switched on by hand, unseen.
        resource = cast(lambda_.CfnFunction, self.function.node.default_child)
        resource.snap_start = lambda_.CfnFunction.SnapStartProperty(
            apply_on="PublishedVersions" if snap_start else "None"
        )


def _role(scope: Construct, log_group: logs.ILogGroup, *, in_network: bool) -> iam.Role:
    """Not AWS's managed policies: they let a function write into every log group."""
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    if in_network:
        let_join_network(role)
    return role
