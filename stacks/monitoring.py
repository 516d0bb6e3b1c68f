"""What watches: the canary, the alarms, and what reports what the alarms look at."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components import alarm_table as table
from stacks.components.alarms import Alarms, CustomSource, Severity, Share, Source
from stacks.components.composite_alarms import CompositeAlarms
from stacks.components.deployment_marks import NAMESPACE as MARKS
from stacks.components.deployment_marks import mark_deployments, marks
from stacks.components.drift_detection import DriftDetection
from stacks.components.event_watch import EventWatch, event_table
from stacks.components.logs import log_group
from stacks.components.maintenance import mute
from stacks.components.message_formatter import MessageFormatter
from stacks.components.small_function import SmallFunction
from stacks.components.start_failures import ALL, StartFailures
from stacks.components.uptime_canary import PROBES_NAMESPACE, UptimeCanary
from stacks.components.verify_role import verify_role
from stacks.components.watch_dashboard import WatchDashboard, versions
from stacks.components.watch_graphs import graphs, help_text
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
        self._sources = self._all_sources()
        self._starts()
        self._alarms()
        self._messages()
        self._marks()
        self._drift()
        self._dashboard()
        if settings.verified_by:
            verify_role(self, "Verify", settings=settings)
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
        self.alarms = Alarms(
            self,
            "Alarms",
            prefix=settings.prefix,
            rules=rules,
            sources=self._sources,
            topics=topics,
            runbook=settings.notifications.runbook,
            composites=settings.alarms.composites,
        )
        self.composites: list[cloudwatch.CompositeAlarm] = []
        if settings.alarms.composites:
            self.composites += CompositeAlarms(
                self,
                "CompositeAlarms",
                prefix=settings.prefix,
                rules=table.COMPOSITES,
                parts=rules,
                alarms=self.alarms.by_name,
                topics=topics,
                runbook=settings.notifications.runbook,
            ).by_name.values()
        mute(
            self,
            "Mute",
            prefix=settings.prefix,
            windows=settings.maintenance,
            alarms=[
                *(settings.name(c.name) for c in table.COMPOSITES if self.composites),
                *(settings.name(r.name) for r in rules if not (r.part_of and self.composites)),
            ],
        )

    def _all_sources(self) -> Mapping[str, Source]:
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
        if domain := service.api.domain:
            arn = domain.certificate.certificate_arn
            sources[table.CERTIFICATE] = CustomSource(
                "AWS/CertificateManager", {"CertificateArn": arn}
            )
        if self._data.cluster:
            sources[table.DATABASE] = self._data.cluster
        return sources

    @property
    def _starts_namespace(self) -> str:
        """Of this stage alone: the metrics of a log's filter have no dimensions."""
        return f"CredMate/Starts/{self._settings.stage}"

    def _starts(self) -> None:
        """Tell of starts that fail: a fast function beside the log's own filters."""
        reporter = self._function(
            "StartWatch",
            package="start_watch",
            environment={"NAMESPACE": self._starts_namespace, "METRIC": ALL},
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

    def _drift(self) -> None:
        """Hear of changes by hand as they happen, and look for what was not heard."""
        settings = self._settings
        stacks = [settings.name(stack) for stack in settings.stacks]
        EventWatch(
            self,
            "Events",
            prefix=settings.prefix,
            rules=event_table(project=settings.project, prefix=settings.prefix, stacks=stacks),
            topics=self._data.topics,
        )
        DriftDetection(
            self,
            "DriftDetection",
            prefix=settings.prefix,
            stacks=stacks,
            hours=settings.drift.detection_hours,
        )

    def _dashboard(self) -> None:
        settings, service = self._settings, self._service
        WatchDashboard(
            self,
            "Dashboard",
            name=settings.name("watch"),
            first=self.composites or self.alarms.alarms[: len(settings.probes)],
            others=self.alarms.alarms,
            help_text=help_text(settings.stage, settings.notifications.runbook),
            graphs=graphs(
                settings,
                self._sources,
                marks(settings.stage),
                versions(service.backend.function_name, service.alias.alias_name),
            ),
        )

    def _marks(self) -> None:
        """Draw deployments where their effects are drawn."""
        environment = {"NAMESPACE": MARKS, "STAGE": self._settings.stage}
        function = self._function(
            "DeploymentMark", package="deployment_mark", environment=environment
        )
        mark_deployments(function, told=self._data.topics[Severity.TICKET])

    def _function(self, id: str, *, package: str, environment: Mapping[str, str]) -> SmallFunction:
        name = package.replace("_", "-")
        return SmallFunction(
            self,
            id,
            name=self._settings.name(name),
            package=package,
            environment=environment,
            log_group=self._log_group(name),
            log_level=self._settings.function.log_level,
        )

    def _log_group(self, function: str) -> logs.LogGroup:
        return log_group(
            self,
            f"Log-{function}",
            name=f"/aws/lambda/{self._settings.name(function)}",
            key=self._data.key,
            settings=self._settings.logs,
        )
