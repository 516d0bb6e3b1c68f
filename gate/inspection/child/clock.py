"""Readings of a clock: when something was built, which is no part of what was built."""

from __future__ import annotations

import datetime
import math
import time
from collections.abc import Callable
from typing import Any

# Any clock's reading that lies between this and now was taken in this process.
STARTED = {clock: clock() for clock in (time.time, time.monotonic, time.perf_counter)}
NANOSECONDS = 1_000_000_000
UTC = datetime.UTC


def is_reading(value: Any) -> bool:
    """Whether ``value`` is a time that this process took from a clock."""
    if isinstance(value, datetime.datetime):
        known = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return _in(time.time, known.timestamp()) or _in(time.time, value.timestamp())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, float):
        return math.isfinite(value) and any(_in(clock, value) for clock in STARTED)
    return _in(time.time, value) or _in(time.time, value / NANOSECONDS)


def _in(clock: Callable[[], float], reading: float) -> bool:
    cut_off = 1 if reading == int(reading) else 0  # whole seconds may lie before the start
    return STARTED[clock] - cut_off <= reading <= clock()
