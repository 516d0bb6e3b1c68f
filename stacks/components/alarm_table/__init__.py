"""The alarms: one row each, and what sums them up. Settings in, rows out; nothing is built here.

Which rows there are depends on what the stage has: without a database of its own it has no rows
on one. `docs/runbook.md` has a section for each.
"""

from __future__ import annotations

from stacks.components.alarm_table.database import database
from stacks.components.alarm_table.names import (
    ALIAS,
    API,
    CANARY,
    CERTIFICATE,
    DATABASE,
    ERROR_SHARE,
    FUNCTION,
    QUEUE,
    STARTS,
    probe_source,
)
from stacks.components.alarm_table.probes import probes
from stacks.components.alarm_table.starts import starts
from stacks.components.alarm_table.telling import COMPOSITES, UNDELIVERED
from stacks.components.alarm_table.traffic import (
    API_5XX,
    CERTIFICATE_EXPIRY,
    ERROR_FLOOR,
    function,
)
from stacks.components.alarms import AlarmRule
from stacks.settings import Settings

__all__ = [
    "ALIAS", "API", "CANARY", "CERTIFICATE", "COMPOSITES", "DATABASE", "ERROR_FLOOR",
    "ERROR_SHARE", "FUNCTION", "QUEUE", "STARTS", "UNDELIVERED", "probe_source", "table",
]  # fmt: skip


def table(settings: Settings) -> tuple[AlarmRule, ...]:
    """Every alarm of the stage but those that undo a release, which live beside the alias."""
    rows = [*probes(settings), *starts(), *function(settings), API_5XX]
    if settings.database.secret_name is None:
        rows += database(settings)
    if settings.api.domain:
        rows.append(CERTIFICATE_EXPIRY)
    return tuple(rows)
