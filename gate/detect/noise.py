"""What happens to a healthy service in a year, and must wake nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gate.detect.assumptions import Assumptions
from gate.detect.play import Fault
from gate.rehearsals import Signals

YEAR = 365 * 86400.0
QUIET_WINDOW = 7200.0
KIND = "degraded"
SLOW_SHARE, SLOW_MS = 0.05, 5000.0  # of a slow minute: so many calls take so long


@dataclass(frozen=True)
class Noise:
    """One kind of noise: how often a year, what it is, and how long it is looked at (seconds)."""

    name: str
    per_year: float
    fault: Fault
    window: float = 600.0


def failed_runs(assumed: Assumptions, canary_period: float) -> float:
    """The canary's runs of a year in which an ask fails by chance."""
    return YEAR / canary_period * assumed.failed_run_share


def kinds(assumed: Assumptions, canary_period: float) -> Iterator[Noise]:
    """Every kind."""
    healthy = Signals(KIND)
    runs = failed_runs(assumed, canary_period)
    yield Noise("a probe fails once in a canary run", runs, Fault(healthy, blip=True))
    yield Noise("a canary run is left out", assumed.late_runs, Fault(healthy, left_out=True))
    error = Signals(KIND, function_errors=1.0)
    yield Noise("a single call ends in an error", assumed.single_errors, Fault(error, call=True))
    ends = Signals(KIND, start_failures="Runtime.ExitError")
    yield Noise("a process ends by itself", assumed.single_exits, Fault(ends, call=True))
    slow = Signals(KIND, probes={"*": SLOW_SHARE}, duration_p99_ms=SLOW_MS)
    yield Noise("a slow minute", assumed.slow_minutes, Fault(slow, lasts=60.0))
    # Longer, so that a few thousand of them are about a year.
    yield Noise("nothing at all", YEAR / QUIET_WINDOW, Fault(healthy), QUIET_WINDOW)
