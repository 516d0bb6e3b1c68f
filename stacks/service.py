"""What each release replaces: the function, its version behind the alias, the API, their alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import triggers
from constructs import Construct

from stacks.components import server_errors
from stacks.components.alarms import AlarmRule, Alarms, Severity
from stacks.components.http_api import HttpApi
from stacks.components.image_function import ImageFunction, image_code
from stacks.components.logs import log_group
from stacks.components.safe_release import NewVersion, SafeRelease
from stacks.components.secrets import let_read
from stacks.components.server_errors import ServerErrors
from stacks.components.traffic_hook import PREFIX, TIMEOUT, TrafficHook
from stacks.data import Data
from stacks.settings import Settings

ALIAS = "live"
NEW_VERSION = "new version"  # what the alarms that undo a release look at


def release_alarms(timeout_seconds: int) -> tuple[AlarmRule, ...]:
    """What only real traffic shows of a new version, and undoes its release.

    Throttles are the account's or the function's, not the version's.
    """
    return (
        AlarmRule(
            name="errors",
            source=NEW_VERSION,
            metric="Errors",
            statistic="Sum",
            threshold=1,
            because="one, in a minute that has enough calls to judge by.",
            runbook="releases",
            why="A call ended in a function error: the application answers its own errors, so it "
            "did not start, crashed or ran out of time.",
        ),
        AlarmRule(
            name="duration",
            source=NEW_VERSION,
            metric="Duration",
            statistic="p99",
            threshold=0.8 * timeout_seconds * 1000,
            periods=3,
            datapoints=2,
            because="80 % of the timeout, twice in three minutes: a cold minute is no reason.",
            runbook="releases",
            why="The slowest calls come near the timeout: the next step is that they fail.",
        ),
        AlarmRule(
            name="server-errors",
            source=NEW_VERSION,
            metric=server_errors.METRIC,
            statistic="Sum",
            threshold=2,
            because="2 % of the calls: what a busy service answers so now and then is no reason.",
            runbook="releases",
            why="The new version answers with 500 or above: an error of its own, which Lambda "
            "counts as a success.",
        ),
    )


class Service(cdk.Stack):
    """The backend."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, data: Data, env: cdk.Environment
    ) -> None:
        super().__init__(scope, id, env=env, termination_protection=settings.termination_protection)
        self._settings = settings
        self._data = data
        self.backend = self._backend()
        ServerErrors(self, "ServerErrors", log_group=self.backend.log_group)
        self.migrations = self._migrations()
        self.alias = self._alias()
        self.api = HttpApi(
            self,
            "Api",
            name=settings.name("api"),
            alias=self.alias,
            settings=settings.api,
            access_log=self._log_group("AccessLog", f"/aws/vendedlogs/{settings.name('api')}"),
        )
        if settings.release.enabled:
            self._release(migrated=self._migrate_first())
        self._outputs()

    def _backend(self) -> lambda_.Function:
        settings, data = self._settings, self._data
        function = self._function(
            "Backend",
            name=settings.name("backend"),
            command=settings.function.command,
            timeout_seconds=settings.function.timeout_seconds,
            reserved_concurrency=settings.function.reserved_concurrency,
            snap_start=settings.function.snap_start,
            environment={
                "DATABASE_SECRET_ARN": data.database_secret.secret_arn,
                **data.database_place,
                "JWT_SECRET_ARN": data.jwt_secret.secret_arn,
                "CORS_ORIGINS": ",".join(settings.api.cors_origins),
                "LOG_LEVEL": settings.function.log_level,
                **(settings.expects.variables if settings.expects else {}),
            },
        )
        let_read(function, data.database_secret)
        let_read(function, data.jwt_secret)
        return function

    def _migrations(self) -> lambda_.Function:
        """The same image with another command; it also writes the probe user."""
        settings, data = self._settings, self._data
        function = self._function(
            "Migrations",
            name=settings.name("migrations"),
            command=settings.migrations.command,
            timeout_seconds=settings.migrations.timeout_seconds,
            reserved_concurrency=settings.migrations.reserved_concurrency,
            environment={
                "DATABASE_SECRET_ARN": data.database_secret.secret_arn,
                **data.database_place,
                "PROBE_SECRET_ARN": data.probe_secret.secret_arn,
                "LOG_LEVEL": settings.function.log_level,
            },
        )
        let_read(function, data.database_secret)
        let_read(function, data.probe_secret)
        return function

    def _function(
        self,
        id: str,
        *,
        name: str,
        command: str,
        timeout_seconds: int,
        reserved_concurrency: int | None,
        environment: dict[str, str],
        snap_start: bool = False,
    ) -> lambda_.Function:
        return ImageFunction(
            self,
            id,
            name=name,
            code=image_code(self._settings, repository=self._data.repository, command=command),
            settings=self._settings.function,
            timeout_seconds=timeout_seconds,
            snap_start=snap_start,
            reserved_concurrency=reserved_concurrency,
            environment=environment,
            log_group=self._log_group(f"{id}Log", f"/aws/lambda/{name}"),
            placement=self._data.placement,
        ).function

    def _alias(self) -> lambda_.Alias:
        return lambda_.Alias(
            self,
            "Live",
            alias_name=ALIAS,
            version=self.backend.current_version,
            provisioned_concurrent_executions=self._settings.function.provisioned_concurrency,
        )

    def _migrate_first(self) -> triggers.Trigger:
        """Run the migrations of this release's image, once, before the alias moves to it."""
        trigger = triggers.Trigger(
            self,
            "Migrate",
            handler=self.migrations,
            timeout=cdk.Duration.seconds(self._settings.migrations.timeout_seconds),
        )
        trigger.execute_before(self.alias)
        return trigger

    def _ask_first(self, hook: lambda_.Function, *, migrated: triggers.Trigger) -> None:
        """Ask a version whose alias is made, not moved: CodeDeploy asks no hook about it."""
        trigger = triggers.Trigger(self, "FirstRelease", handler=hook, timeout=TIMEOUT)
        trigger.execute_after(migrated)
        trigger.execute_before(self.alias)

    def _release(self, *, migrated: triggers.Trigger) -> None:
        settings = self._settings
        timeout = settings.function.timeout_seconds
        before = self._hook(
            "BeforeTraffic",
            "before_traffic",
            ALIAS=ALIAS,
            VERSION=self.backend.current_version.version,
        )
        self._ask_first(before, migrated=migrated)
        SafeRelease(
            self,
            "Release",
            name=settings.name("backend"),
            alias=self.alias,
            shift=settings.release.shift,
            before=before,
            after=self._hook("AfterTraffic", "after_traffic"),
            # Beside the alias: in another stack CloudFormation sees a cycle.
            alarms=Alarms(
                self,
                "RollbackAlarms",
                prefix=settings.name("new-version"),
                rules=release_alarms(timeout),
                sources={
                    NEW_VERSION: NewVersion(
                        version=self.backend.current_version,
                        alias_name=ALIAS,
                        minimum_invocations=settings.release.minimum_invocations,
                    )
                },
                topics=self._data.topics,
                runbook=settings.notifications.runbook,
            ).alarms,
            ignore_alarms=settings.ignore_alarms,
            topic=self._data.topics[Severity.TICKET],
        )

    def _hook(self, id: str, entry: str, **environment: str) -> lambda_.Function:
        name = f"{PREFIX}{self._settings.name(entry.replace('_', '-'))}"
        return TrafficHook(
            self,
            id,
            name=name,
            entry=entry,
            subject=self.backend,
            expected=self._expected(),
            probe_secret=self._data.probe_secret,
            log_group=self._log_group(f"{id}Log", f"/aws/lambda/{name}"),
            log_level=self._settings.function.log_level,
            environment=environment,
        ).function

    def _expected(self) -> Mapping[str, object]:
        """What the template says of the backend: what a hook compares a version with."""
        resource = cast(lambda_.CfnFunction, self.backend.node.default_child)
        function = self._settings.function
        return {
            "command": [function.command],
            "entry_point": [function.entry_point],
            "working_directory": function.working_directory,
            "image": cast(lambda_.CfnFunction.CodeProperty, resource.code).image_uri,
        }

    def _log_group(self, id: str, name: str) -> logs.LogGroup:
        return log_group(self, id, name=name, key=self._data.key, settings=self._settings.logs)

    def _outputs(self) -> None:
        outputs = {
            "ApiUrl": self.api.url,
            "FunctionName": self.backend.function_name,
            "AliasArn": self.alias.function_arn,
        }
        if self.api.domain:
            outputs["ApiDomainTarget"] = self.api.domain.target
        if self._settings.image.digest:
            outputs["ImageDigest"] = self._settings.image.digest
        if self._settings.ignore_alarms:
            outputs["AlarmsIgnored"] = self._settings.ignore_alarms
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
