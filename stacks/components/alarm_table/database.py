"""The stage's own database."""

from __future__ import annotations

from stacks.components.alarm_table.names import DATABASE, NEAR
from stacks.components.alarms import AlarmRule
from stacks.settings import Settings

MEMORY_OF_AN_ACU = 2 * 2**30  # bytes, docs.aws.amazon.com "Using Aurora Serverless v2"


def database(settings: Settings) -> list[AlarmRule]:
    """The rows on the stage's own database."""
    capacity = settings.database.maximum_capacity
    connections = settings.database.most_connections
    rows = (
        ("cpu", "CPUUtilization", ">=", 90.0, "its processor is busy", "90 %"),
        ("capacity", "ACUUtilization", ">=", 90.0, "it has scaled up as far as it may", "90 %"),
        (
            *("connections", "DatabaseConnections", ">=", NEAR * connections),
            *("its connections come to an end", f"{NEAR:.0%} of {connections}"),
        ),
        (
            *("memory", "FreeableMemory", "<=", 0.1 * capacity * MEMORY_OF_AN_ACU),
            *("its memory comes to an end", "a tenth of the memory at the maximum capacity"),
        ),
    )
    return [
        AlarmRule(
            name=f"database-{name}",
            source=DATABASE,
            metric=metric,
            statistic="Average",
            threshold=threshold,
            is_bad=">=" if is_bad == ">=" else "<=",
            periods=10,
            datapoints=8,
            why=f"The database slows down before it fails: {what}.",
            because=f"{because}, eight minutes of ten: a busy minute is none.",
            runbook=f"database-{name}",
        )
        for name, metric, is_bad, threshold, what, because in rows
    ]
