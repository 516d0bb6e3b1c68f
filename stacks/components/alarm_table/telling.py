"""The alarms that tell of others: composite ones, and the one on telling itself."""

from __future__ import annotations

from stacks.components.alarm_table.names import DEGRADED, LOGIN, QUEUE
from stacks.components.alarms import AlarmRule, Severity
from stacks.components.composite_alarms import CompositeRule

COMPOSITES = (
    CompositeRule(
        name=LOGIN,
        severity=Severity.PAGE,
        why="Nobody can log in, or soon nobody can: a probe that login needs fails, or the "
        "function does not start.",
        because="one of its alarms; each is sure of itself.",
        runbook="login-is-down",
    ),
    CompositeRule(
        name=DEGRADED,
        severity=Severity.TICKET,
        why="Login works, and something around it does not: errors, slowness, a lesser probe.",
        because="one of its alarms; silent while login is down, which says more.",
        runbook="degraded",
        silent_during=LOGIN,
    ),
)

# Told to people directly: what it is about is that the usual way does not work.
UNDELIVERED = AlarmRule(
    name="messages-undelivered",
    source=QUEUE,
    metric="ApproximateNumberOfMessagesVisible",
    statistic="Maximum",
    threshold=1,
    severity=Severity.PAGE,
    why="An alarm was raised and could not be told: SNS cannot call the function that formats.",
    because="one message: each is an alarm that nobody heard.",
    runbook="messages-undelivered",
)
