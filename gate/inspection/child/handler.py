"""Task: import the handler's module as the Lambda runtime does, and look at the function."""

from __future__ import annotations

from typing import Any

from . import loading
from .answer import FailedError

EVENT_AND_CONTEXT: tuple[dict[str, Any], None] = ({}, None)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"callable": text}``; raises FailedError when it cannot be a handler."""
    loaded = loading.module(request["module"], request["root"])
    function = loading.attribute(loaded, request["attribute"])
    place = (loaded.__file__, 1) if loaded.__file__ else None
    if not callable(function):
        kind = type(function).__name__
        raise FailedError("not-callable", f"is of type {kind}, which cannot be called", place=place)
    if not loading.accepts(function, *EVENT_AND_CONTEXT):
        raise FailedError("not-callable", "does not take (event, context)", place=place)
    return {"callable": type(function).__name__}
