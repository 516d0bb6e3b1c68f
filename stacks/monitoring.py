"""What watches: the canary, the alarms, and what reports what the alarms look at."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components import alarm_table as table
from stacks.components.alarms import Alarms, CustomSource, Severity, Share, Source
from stacks.components.composite_alarms import CompositeAlarms
from stacks.components.logs import log_group
from stacks.components.message_formatter import MessageFormatter
from stacks.components.small_function import SmallFunction
from stacks.components.start_failures import ALL, StartFailures
from stacks.components.uptime_canary import PROBES_NAMESPACE, UptimeCanary
from stacks.data import Data
from stacks.service import Service
from stacks.settings import Settings


class Monitoring(cdk.Stack):
    """The stage's watch."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        data: Data,
        service: Service,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id, env=env, termination_protection=settings.termination_protection)
        self._settings, self._data, self._service = settings, data, service
        self._starts()
        self._alarms()
        self._messages()
        if settings.canary.enabled:
            UptimeCanary(
                self,
                "Canary",
                name=settings.name("probes"),
                stage=settings.stage,
                url=service.api.url,
                probe_secret=data.probe_secret,
                key=data.key,
                settings=settings.canary,
                placement=data.placement if settings.canary.in_network else None,
            )

    def _alarms(self) -> None:
        settings, topics = self._settings, self._data.topics
        rules = table.table(settings)
        alarms = Alarms(
            self,
            "Alarms",
            prefix=settings.prefix,
            rules=rules,
            sources=self._sources(),
            topics=topics,
            runbook=settings.notifications.runbook,
            composites=settings.notifications.composites,
        )
        if settings.notifications.composites:
            CompositeAlarms(
                self,
                "CompositeAlarms",
                prefix=settings.prefix,
                rules=table.COMPOSITES,
                parts=rules,
                alarms=alarms.by_name,
                topics=topics,
                runbook=settings.notifications.runbook,
            )

    def _sources(self) -> Mapping[str, Source]:
        settings, service = self._settings, self._service
        stage = {"Stage": settings.stage}
        sources: dict[str, Source] = {
            table.ALIAS: service.alias,
            table.ERROR_SHARE: Share(
                of=service.alias, whole="Invocations", floor=table.ERROR_FLOOR
            ),
            table.FUNCTION: service.backend,
            table.API: service.api.api,
            table.STARTS: CustomSource(self._starts_namespace, {}),
            table.CANARY: CustomSource(PROBES_NAMESPACE, stage),
        }
        for probe in settings.probes:
            of_probe = stage | {"Probe": probe}
            sources[table.probe_source(probe)] = CustomSource(PROBES_NAMESPACE, of_probe)
        if self._data.cluster:
            sources[table.DATABASE] = self._data.cluster
        return sources

    @property
    def _starts_namespace(self) -> str:
        """Of this stage alone: the metrics of a log's filter have no dimensions."""
        return f"CredMate/Starts/{self._settings.stage}"

    def _starts(self) -> None:
        """Tell of starts that fail: a fast function beside the log's own filters."""
        reporter = SmallFunction(
            self,
            "StartWatch",
            name=self._settings.name("start-watch"),
            package="start_watch",
            environment={"NAMESPACE": self._starts_namespace, "METRIC": ALL},
            log_group=self._log_group("start-watch"),
            log_level=self._settings.function.log_level,
        )
        StartFailures(
            self,
            "Starts",
            log_group=self._service.backend.log_group,
            namespace=self._starts_namespace,
            reporter=reporter,
        )

    def _messages(self) -> None:
        """Tell people in their words; and tell them as it is what could not be told so."""
        settings, notifications = self._settings, self._data.notifications
        for severity in Severity:
            MessageFormatter(
                self,
                f"{severity.capitalize()}Message",
                severity=severity,
                settings=settings,
                notifications=notifications,
                alias=self._service.alias,
                repository=self._data.repository,
                log_group=self._log_group(f"alarm-message-{severity}"),
            )
        Alarms(
            self,
            "UndeliveredAlarms",
            prefix=settings.prefix,
            rules=(table.UNDELIVERED,),
            sources={table.QUEUE: notifications.undelivered},
            topics=notifications.people,
            runbook=settings.notifications.runbook,
        )

    def _log_group(self, function: str) -> logs.LogGroup:
        return log_group(
            self,
            f"Log-{function}",
            name=f"/aws/lambda/{self._settings.name(function)}",
            key=self._data.key,
            settings=self._settings.logs,
        )
