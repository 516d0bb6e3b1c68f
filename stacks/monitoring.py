"""What watches: the canary, and the alarms on what it and the API report."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from stacks.components.alarms import PROBES_NAMESPACE, AlarmRule, Alarms, CustomSource, Missing
from stacks.components.uptime_canary import UptimeCanary
from stacks.data import Data
from stacks.service import Service
from stacks.settings import Settings

API_ALARMS = (
    AlarmRule(
        name="5xx",
        metric="5xx",
        statistic="Sum",
        threshold=1,
        why="Somebody got a server error: the function failed, or the API could not call it.",
    ),
)


def probe_alarm(period_minutes: int) -> AlarmRule:
    """The alarm on one probe, asked every `period_minutes`."""
    return AlarmRule(
        name="failed",
        metric="ProbeFailed",
        statistic="Maximum",
        threshold=1,
        period_minutes=period_minutes,
        # Two in a row: a run that starts a second late leaves one period empty.
        periods=2,
        datapoints=2,
        missing=Missing.BREACHING,
        why="A probe of probes.toml failed, or nobody asked it: a silent canary is a failure too.",
    )


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
        Alarms(
            self,
            "ApiAlarms",
            prefix=settings.name("api"),
            rules=API_ALARMS,
            source=service.api.api,
            topic=data.topic,
        )
        for probe in settings.probes:
            Alarms(
                self,
                f"Probe-{probe}",
                prefix=settings.name(f"probe-{probe}"),
                rules=(probe_alarm(settings.canary.period_minutes),),
                source=CustomSource(PROBES_NAMESPACE, {"Stage": settings.stage, "Probe": probe}),
                topic=data.topic,
            )
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
            )
