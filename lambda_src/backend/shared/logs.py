"""Structured logs: one JSON object a line on standard output, without bodies or secrets.

Every line carries the ids of the request it belongs to. The text of an exception can quote what
a person typed, so it is logged only for exceptions that never see a request's data.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO
from uuid import UUID

from shared.settings import SettingsError, settings

log = logging.getLogger("backend")


class ProgramError(Exception):
    """A fault of the program itself; its text never quotes a request and may be logged."""


SAFE_TO_QUOTE = (ProgramError, SettingsError, ImportError, SyntaxError, NameError)


@dataclass
class RequestContext:
    """The request under way. Mutable: who is asking becomes known later, in another thread."""

    request_id: str = ""
    trace_id: str = ""
    user_id: UUID | None = None


_current: ContextVar[RequestContext | None] = ContextVar("request", default=None)


def begin_request(context: RequestContext) -> None:
    """Make `context` the one that log lines of this task belong to."""
    _current.set(context)


def current_request() -> RequestContext:
    """The request under way, or an empty one outside of requests."""
    return _current.get() or RequestContext()


def configure() -> None:
    """Send the backend's log lines to standard output, from the level of the settings on.

    Raises:
        SettingsError: the level is malformed.
    """
    attach()
    log.setLevel(settings().log_level)


def attach() -> None:
    """Send the backend's log lines to standard output; calling it again changes nothing."""
    log.propagate = False  # Lambda's root handler would write every line a second time
    if not log.handlers:
        log.addHandler(_StdoutHandler())


class _StdoutHandler(logging.StreamHandler[TextIO]):
    """Writes to what `sys.stdout` is now, not to what it was when the handler was made."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(_JsonFormatter())

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _value: TextIO) -> None:
        raise AttributeError("the stream is always sys.stdout")


class _JsonFormatter(logging.Formatter):
    """Formats a record as JSON; `extra={"fields": {...}}` adds members."""

    def format(self, record: logging.LogRecord) -> str:
        context = current_request()
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "message": record.getMessage(),
            "request_id": context.request_id,
            "trace_id": context.trace_id,
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps({name: value for name, value in line.items() if value != ""}, default=str)


def describe(exc: BaseException) -> list[dict[str, Any]]:
    """An exception and its causes, outermost first: type, frames, text where it is safe."""
    chain: list[dict[str, Any]] = []
    seen: BaseException | None = exc
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)
        chain.append(
            {
                "type": f"{type(seen).__module__}.{type(seen).__qualname__}",
                "text": str(seen) if isinstance(seen, SAFE_TO_QUOTE) else "(not logged)",
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return chain
