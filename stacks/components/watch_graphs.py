"""What the dashboard shows, as a table: a graph's title and its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.components import alarm_table as table
from stacks.components.alarms import Source
from stacks.components.start_failures import LINES, SLOW_MS
from stacks.components.watch_dashboard import graph
from stacks.settings import Settings

PERCENTILES = ("p50", "p90", "p99")


def graphs(
    settings: Settings,
    sources: Mapping[str, Source],
    deployments: Source,
    versions: cloudwatch.IWidget,
) -> Sequence[cloudwatch.IWidget]:
    """The graphs, two in a row; where a deployment may show, its marks are drawn too."""
    alias, api, starts = (sources[name] for name in (table.ALIAS, table.API, table.STARTS))
    probes = {probe: sources[table.probe_source(probe)] for probe in settings.probes}
    reserved = settings.function.reserved_concurrency
    return (
        graph(
            "Probes: failed (twice in one run)",
            {name: (source, "ProbeFailed", "Maximum") for name, source in probes.items()},
            marks=deployments,
        ),
        versions,
        graph(
            "Probes: milliseconds",
            {name: (source, "ProbeDuration", "Maximum") for name, source in probes.items()},
        ),
        graph(
            "Probes: asked again",
            {name: (source, "ProbeRetried", "Sum") for name, source in probes.items()},
        ),
        graph(
            "Function: milliseconds",
            {p: (alias, "Duration", p) for p in PERCENTILES},
            limit=settings.function.timeout_seconds * 1000,
            marks=deployments,
        ),
        graph(
            "Errors",
            {
                "function errors": (alias, "Errors", "Sum"),
                "throttled": (alias, "Throttles", "Sum"),
                "answers 5xx": (api, "5xx", "Sum"),
                "answers 4xx": (api, "4xx", "Sum"),
            },
            marks=deployments,
        ),
        graph(
            "Starts: milliseconds",
            {
                f"{label} {p}": (starts, metric, p)
                for label, metric in (("init", "InitDuration"), ("restore", "RestoreDuration"))
                for p in ("p50", "p99")
            },
            limit=SLOW_MS,
            marks=deployments,
        ),
        graph(
            "Starts that failed",
            {one.metric: (starts, one.metric, "Sum") for one in LINES if one.fails},
        ),
        graph(
            "Concurrency",
            {"at once": (sources[table.FUNCTION], "ConcurrentExecutions", "Maximum")},
            limit=reserved,
        ),
        graph("Requests", {"requests": (api, "Count", "Sum")}),
    )


def help_text(stage: str, runbook: str) -> str:
    """What to do, for whoever looks."""
    return (
        f"**Go back:** `gate rollback --stage {stage}` · "
        f"**What differs:** `gate verify --stage {stage}`, `gate drift --stage {stage}` · "
        f"**Runbook:** {runbook}"
    )
