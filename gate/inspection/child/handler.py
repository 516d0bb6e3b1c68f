"""Task: import the handler's module as the Lambda runtime does, and look at the function."""

from __future__ import annotations

import inspect
from typing import Any

from . import loading
from .answer import FailedError
from .lifespans import never_started
from .naming import is_application

EVENT_AND_CONTEXT: tuple[dict[str, Any], None] = ({}, None)
# Calling these returns something that the runtime client cannot turn into JSON.
NEVER_RUN = (
    (inspect.iscoroutinefunction, "is a coroutine function, and nobody awaits it"),
    (inspect.isasyncgenfunction, "is an asynchronous generator, and nobody runs it"),
    (inspect.isgeneratorfunction, "is a generator, and nobody runs it"),
)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Return ``never_started``, see there; raises FailedError when it cannot be a handler."""
    loaded = loading.module(request["module"], request["root"])
    function = loading.attribute(loaded, request["attribute"])
    place = (loaded.__file__, 1) if loaded.__file__ else None
    if wrong := _wrong(function):
        raise FailedError("not-callable", wrong, place=place)
    return {"never_started": never_started(function, request["root"])}


def _wrong(function: Any) -> str:
    """Return why the runtime client cannot call a handler; empty where it can."""
    kind = type(function).__name__
    if is_application(function):
        return f"is a {kind} application, which takes no event: wrap it, as in Mangum(app)"
    if not callable(function):
        return f"is of type {kind}, which cannot be called"
    if not loading.accepts(function, *EVENT_AND_CONTEXT):
        return "does not take (event, context)"
    called = function if inspect.isroutine(function) else vars(type(function)).get("__call__")
    return next((why for test, why in NEVER_RUN if test(called)), "")
