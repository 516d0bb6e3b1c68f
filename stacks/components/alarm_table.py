"""The alarms: one row each, and what sums them up. Settings in, rows out; nothing is built here.

Which rows there are depends on what the stage has: without a database of its own it has no rows
on one. `docs/runbook.md` has a section for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from stacks.components.alarms import AlarmRule, Missing, Severity
from stacks.components.composite_alarms import CompositeRule
from stacks.components.start_failures import ALL, SLOW_MS
from stacks.settings import Settings

# The sources of the rows, by name; stacks/monitoring.py says what they are.
ALIAS, FUNCTION, ERROR_SHARE, API = "alias", "function", "error share", "api"
STARTS, CANARY, DATABASE, QUEUE = "starts", "canary", "database", "queue"
CERTIFICATE = "certificate"

LOGIN, DEGRADED = "login-is-down", "degraded"
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

NEAR = 0.8  # of a limit: there is still room to act
MEMORY_OF_AN_ACU = 2 * 2**30  # bytes, docs.aws.amazon.com "Using Aurora Serverless v2"


def probe_source(probe: str) -> str:
    """The source of one probe's metrics."""
    return f"probe {probe}"


def table(settings: Settings) -> tuple[AlarmRule, ...]:
    """Every alarm of the stage but those that undo a release, which live beside the alias."""
    rows = [*_probes(settings), *_starts(), *_function(settings), *_api()]
    if settings.database.secret_name is None:
        rows += _database(settings)
    if settings.api.domain:
        rows.append(CERTIFICATE_EXPIRY)
    return tuple(rows)


def _probes(settings: Settings) -> Iterator[AlarmRule]:
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


def _starts() -> Iterator[AlarmRule]:
    yield AlarmRule(
        name="start-failures",
        source=STARTS,
        metric=ALL,
        statistic="Sum",
        threshold=2,
        period_seconds=10,
        # At the first period that has it; and for two minutes without one until it recovers,
        # when the canary has asked twice.
        periods=12,
        datapoints=1,
        severity=Severity.PAGE,
        part_of=LOGIN,
        why="The function does not start: its log says so, line by line, as it happens.",
        because="two lines in ten seconds; one process that dies alone writes one.",
        runbook="start-failures",
    )
    for name, metric, what in (
        ("import-error", "ImportModuleError", "a module cannot be imported"),
        ("handler-not-found", "HandlerNotFound", "the handler command names nothing"),
    ):
        yield AlarmRule(
            name=name,
            source=STARTS,
            metric=metric,
            statistic="Sum",
            threshold=1,
            periods=5,
            datapoints=1,
            severity=Severity.PAGE,
            part_of=LOGIN,
            why=f"The function does not start: {what}.",
            because="one is enough, since it does not pass by itself.",
            runbook="start-failures",
        )
    yield AlarmRule(
        name="exit-error",
        source=STARTS,
        metric="ExitError",
        statistic="Sum",
        threshold=3,
        periods=5,
        datapoints=1,
        part_of=DEGRADED,
        why="The function's process ends by itself: out of memory, or an exit in the code.",
        because="three in a minute; a single one costs one caller one answer.",
        runbook="start-failures",
    )
    yield AlarmRule(
        name="init-failed",
        source=STARTS,
        metric="InitFailed",
        statistic="Sum",
        threshold=3,
        periods=5,
        datapoints=1,
        severity=Severity.PAGE,
        part_of=LOGIN,
        why="The function's start, or its restore from the snapshot, fails or takes too long.",
        because="three in a minute; Lambda tries a start that failed once again by itself.",
        runbook="start-failures",
    )
    yield AlarmRule(
        name="slow-init",
        source=STARTS,
        metric="SlowInit",
        statistic="Sum",
        threshold=1,
        periods=5,
        datapoints=1,
        part_of=DEGRADED,
        why=f"A start took over {SLOW_MS // 1000} s: callers wait, and Lambda ends it at 10 s.",
        because="one is enough: the next may take longer and fail.",
        runbook="slow-init",
    )


def _function(settings: Settings) -> Iterator[AlarmRule]:
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


def _api() -> Iterator[AlarmRule]:
    yield AlarmRule(
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


def _database(settings: Settings) -> list[AlarmRule]:
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
