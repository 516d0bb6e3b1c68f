"""A hook of CodeDeploy: a function that probes a version and says whether it may have traffic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.components.probe_package import package
from stacks.components.secrets import let_read
from stacks.settings import ROOT

CODE = ROOT / "lambda_src" / "traffic_hook"
PREFIX = "CodeDeployHook_"  # CodeDeploy's role may invoke functions of this prefix
TIMEOUT = cdk.Duration.minutes(10)  # every probe twice, and every call retried


class TrafficHook(Construct):
    """The hook `name`, which judges `subject` and no other function."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        entry: str,
        subject: lambda_.IFunction,
        expected: Mapping[str, object],
        probe_secret: secretsmanager.ISecret,
        log_group: logs.ILogGroup,
        log_level: str,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        folder = Path(cdk.Stage.of(self).outdir) / "traffic-hook-package"  # type: ignore[union-attr] # an app is a Stage
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        let_read(role, probe_secret)
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:GetAlias", "lambda:GetFunction", "lambda:InvokeFunction"],
                # The version that is asked is not known before the deployment.
                resources=[subject.function_arn, f"{subject.function_arn}:*"],
            )
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset(str(package(folder, CODE))),
            handler=f"{CODE.name}.handler.{entry}",
            memory_size=512,
            timeout=TIMEOUT,
            role=role,
            environment={
                "FUNCTION": subject.function_name,
                "EXPECTED": cdk.Stack.of(self).to_json_string(dict(expected)),
                "PROBE_SECRET_ARN": probe_secret.secret_arn,
                **environment,
            },
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel[log_level],
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
            tracing=lambda_.Tracing.ACTIVE,
            recursive_loop=lambda_.RecursiveLoop.TERMINATE,
        )
