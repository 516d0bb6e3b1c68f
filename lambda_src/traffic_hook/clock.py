"""The time that a hook has left: it must say Failed before Lambda ends it in silence."""

from __future__ import annotations

from typing import Protocol

from .failed import Failed


class Context(Protocol):
    """Lambda's context, as far as it is needed."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends this call."""


class Clock:
    """Asked before every step whether there is time for it and for the report after it."""

    def __init__(self, context: Context, *, report_seconds: float) -> None:
        self._context = context
        self._report_seconds = report_seconds

    def allow(self, what: str, seconds: float) -> None:
        """Raises Failed when a step of `seconds` would leave no time to report."""
        left = self._context.get_remaining_time_in_millis() / 1000
        if left < seconds + self._report_seconds:
            raise Failed(f"no time left for {what}: {left:.0f} s until this hook ends")
