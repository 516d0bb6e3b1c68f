"""What real traffic meets: the function, the API, the certificate of its name."""

from __future__ import annotations

from collections.abc import Iterator

from stacks.components.alarm_table.names import (
    ALIAS,
    API,
    CERTIFICATE,
    DEGRADED,
    ERROR_SHARE,
    FUNCTION,
    NEAR,
)
from stacks.components.alarms import AlarmRule
from stacks.settings import Settings

ERROR_PERCENT, ERROR_FLOOR = 5, 20
ERROR_RATE = AlarmRule(
    name="backend-error-rate",
    source=ERROR_SHARE,
    metric="Errors",
    statistic="Sum",
    threshold=ERROR_PERCENT,
    periods=3,
    datapoints=2,
    part_of=DEGRADED,
    why="Calls end in a function error: the application answers its own errors, so it did "
    "not start, crashed or ran out of time.",
    because=f"{ERROR_PERCENT} %, in minutes with {ERROR_FLOOR} calls: below that one call "
    "would be a rate.",
    runbook="backend-error-rate",
)

API_5XX = AlarmRule(
    name="api-5xx",
    source=API,
    metric="5xx",
    statistic="Sum",
    threshold=3,
    periods=3,
    datapoints=2,
    part_of=DEGRADED,
    why="Users get server errors: the function failed, or the API could not call it.",
    because="three a minute, twice in three: one is in the log, and no trend.",
    runbook="api-5xx",
)

CERTIFICATE_EXPIRY = AlarmRule(
    name="certificate-expiry",
    source=CERTIFICATE,
    metric="DaysToExpiry",
    statistic="Minimum",
    threshold=30,
    is_bad="<=",
    period_seconds=24 * 60 * 60,
    why="The certificate of the API's name expires, and then nobody gets in.",
    because="30 days: AWS renews its own 60 days before, so by then that has failed for long.",
    runbook="certificate-expiry",
)


def function(settings: Settings) -> Iterator[AlarmRule]:
    """The rows on the function that answers."""
    timeout_ms = settings.function.timeout_seconds * 1000
    if settings.alarms.expressions:
        yield ERROR_RATE
    yield AlarmRule(
        name="backend-duration",
        source=ALIAS,
        metric="Duration",
        statistic="p99",
        threshold=NEAR * timeout_ms,
        periods=3,
        datapoints=2,
        part_of=DEGRADED,
        why="The slowest calls come near the timeout: the next step is that they fail.",
        because=f"{NEAR:.0%} of the timeout, twice in three minutes: one cold minute is none.",
        runbook="backend-duration",
    )
    yield AlarmRule(
        name="backend-throttles",
        source=ALIAS,
        metric="Throttles",
        statistic="Sum",
        threshold=1,
        periods=3,
        datapoints=2,
        part_of=DEGRADED,
        why="Lambda refused calls: the function or the account has no concurrency left.",
        because="any, twice in three minutes: every one is a user who got an error.",
        runbook="backend-throttles",
    )
    if reserved := settings.function.reserved_concurrency:
        yield AlarmRule(
            name="backend-concurrency",
            source=FUNCTION,
            metric="ConcurrentExecutions",
            statistic="Maximum",
            threshold=NEAR * reserved,
            periods=3,
            datapoints=2,
            part_of=DEGRADED,
            why="The function's concurrency comes near its limit: the next step is throttling.",
            because=f"{NEAR:.0%} of the {reserved} that are reserved.",
            runbook="backend-throttles",
        )
