"""A CodeBuild project with an explicit role, a log group, and commands that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

# Debian 12 with Python, make and git: what a developer's machine and the README ask for.
BUILD_IMAGE = "public.ecr.aws/docker/library/python:3.11-bookworm"
Commands = Mapping[str, Any]
# CodeConnections was called CodeStar Connections, and its actions are asked under both names.
USE_CONNECTION = ("codeconnections:UseConnection", "codestar-connections:UseConnection")


class BuildProject(Construct):
    """One project; `role` may read and write artifacts, its own log and reports, and fetch."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        commands: Commands,
        artifacts: s3.IBucket,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        connection: str,
        minutes: int,
        has_engine: bool = False,
        environment: Mapping[str, str] | None = None,
        role_name: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,  # where another account knows it by its name
            assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
        )
        statements = _statements(
            self,
            name,
            artifacts=artifacts,
            key=key,
            log_group=log_group,
            connection=connection,
        )
        for statement in statements:
            self.role.add_to_policy(statement)
        compute = codebuild.ComputeType.LARGE if has_engine else codebuild.ComputeType.SMALL
        self.project = codebuild.PipelineProject(
            self,
            "Project",
            project_name=name,
            role=self.role.without_policy_updates(),
            build_spec=codebuild.BuildSpec.from_object_to_yaml(dict(commands)),
            encryption_key=key,
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxBuildImage.from_docker_registry(BUILD_IMAGE),
                compute_type=compute,
                privileged=has_engine,  # a container engine cannot start otherwise
            ),
            environment_variables={
                name: codebuild.BuildEnvironmentVariable(value=value)
                for name, value in (environment or {}).items()
            },
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log_group)
            ),
            timeout=cdk.Duration.minutes(minutes),
            queued_timeout=cdk.Duration.minutes(60),
        )


def _statements(
    scope: Construct,
    name: str,
    *,
    artifacts: s3.IBucket,
    key: kms.IKey,
    log_group: logs.ILogGroup,
    connection: str,
) -> list[iam.PolicyStatement]:
    reports = cdk.Stack.of(scope).format_arn(
        service="codebuild", resource="report-group", resource_name=f"{name}-*"
    )
    table = (
        (
            ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
            artifacts.arn_for_objects("*"),
        ),
        (("s3:GetBucketLocation",), artifacts.bucket_arn),
        (("kms:Decrypt", "kms:GenerateDataKey"), key.key_arn),
        (("logs:CreateLogStream", "logs:PutLogEvents"), log_group.log_group_arn),
        # The source is a clone: every project fetches the commit itself.
        (USE_CONNECTION, connection),
        (
            (
                "codebuild:CreateReportGroup",
                "codebuild:CreateReport",
                "codebuild:UpdateReport",
                "codebuild:BatchPutTestCases",
            ),
            reports,
        ),
    )
    return [iam.PolicyStatement(actions=list(a), resources=[resource]) for a, resource in table]
