"""The probes: one alarm each, and the canary that asks them."""

from __future__ import annotations

from collections.abc import Iterator

from stacks.components.alarm_table.names import CANARY, DEGRADED, LOGIN, probe_source
from stacks.components.alarms import AlarmRule, Missing, Severity
from stacks.settings import Settings


def probes(settings: Settings) -> Iterator[AlarmRule]:
    """The rows on the probes and on whoever asks them."""
    period = 60 * settings.canary.period_minutes
    for probe in settings.probes:
        pages = probe in settings.canary.login_probes
        yield AlarmRule(
            name=f"probe-{probe}-failed",
            source=probe_source(probe),
            metric="ProbeFailed",
            statistic="Maximum",
            threshold=1,
            # By the second, since by the minute two more pass: docs/detection.md. It recovers
            # when two runs have found nothing.
            period_seconds=10,
            periods=2 * period // 10,
            datapoints=1,
            severity=Severity.PAGE if pages else Severity.TICKET,
            part_of=LOGIN if pages else DEGRADED,
            why=f"The probe {probe} got a wrong answer twice in one run.",
            because="one failed run, since a run asks again before it fails.",
            runbook=f"probe-{probe}-failed",
        )
    yield AlarmRule(
        name="probes-silent",
        source=CANARY,
        metric="ProbeRetried",
        statistic="SampleCount",
        threshold=0,
        is_bad="<=",
        period_seconds=period,
        # Apart from the failures: a canary that runs at the edge of a minute leaves every other
        # one empty, and an alarm that hears of both takes that for an outage.
        periods=3,
        datapoints=3,
        missing=Missing.BREACHING,
        severity=Severity.PAGE,
        part_of=LOGIN,
        why="The canary reports nothing: nobody asks whether login works.",
        because="no run in the whole range that CloudWatch looks at, five for three.",
        runbook="probes-silent",
    )
    yield AlarmRule(
        name="probes-unsteady",
        source=CANARY,
        metric="ProbeRetried",
        statistic="Sum",
        threshold=5,
        period_seconds=10 * period,
        part_of=DEGRADED,
        why="Probes fail and pass when asked again: users who do not ask again see the failure.",
        because="five in ten runs; by chance alone it takes years.",
        runbook="probes-unsteady",
    )
