"""What the rows of the tables name: sources, and the alarms that sum them up."""

from __future__ import annotations

# The sources of the rows; stacks/monitoring.py says what they are.
ALIAS, FUNCTION, ERROR_SHARE, API = "alias", "function", "error share", "api"
STARTS, CANARY, DATABASE, QUEUE = "starts", "canary", "database", "queue"
CERTIFICATE = "certificate"

LOGIN, DEGRADED = "login-is-down", "degraded"

NEAR = 0.8  # of a limit: there is still room to act


def probe_source(probe: str) -> str:
    """The source of one probe's metrics."""
    return f"probe {probe}"
