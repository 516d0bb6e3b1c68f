"""What an incident's signals mean for a call, an invocation and an ask of the canary."""

from __future__ import annotations

from gate.rehearsals import Signals

ALL_PROBES = "*"


def function_fails(signals: Signals) -> float:
    """The share of invocations that end in a function error."""
    starts = signals.start_failure_share if signals.start_failures else 0.0
    return max(signals.function_errors, starts)


def call_fails(signals: Signals) -> float:
    """The share of calls that a user sees fail."""
    return max(function_fails(signals), signals.answers_5xx, signals.throttled)


def ask_fails(signals: Signals, probe: str) -> float:
    """The share of a probe's asks that fail: its own, or that of any call."""
    own = signals.probes.get(probe, signals.probes.get(ALL_PROBES, 0.0))
    return max(own, call_fails(signals))


def user_fails(signals: Signals) -> float:
    """The share of users who are hit: those whose calls fail, or fail as a probe does."""
    return max([call_fails(signals), *signals.probes.values()])


def slowness(signals: Signals) -> float:
    """Seconds that a failing answer takes at least."""
    return max(signals.duration_p99_ms or 0.0, signals.init_ms or 0.0) / 1000
