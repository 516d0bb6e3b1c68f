"""What a function or an object can get at: what it keeps, closes over, and names of its module."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from .parts import closure_of, globals_of, state_of

MOST = 2000  # objects that are searched


def held(value: Any) -> dict[str, Any]:
    """Return what an object keeps, or what a function closes over, by name."""
    if inspect.isfunction(value):
        return closure_of(value)
    if inspect.ismethod(value):
        return {"__self__": value.__self__}
    return {} if inspect.isclass(value) or inspect.isbuiltin(value) else state_of(value)


def within(value: Any) -> dict[str, Any]:
    """Return what :func:`held` does, and the globals that a function's code names.

    Not those of an installed package: they lead everywhere.
    """
    own = inspect.isfunction(value) and "site-packages" not in value.__code__.co_filename
    return {**(globals_of(value) if own else {}), **held(value)}


def reachable(value: Any) -> Iterator[Any]:
    """Yield a callable and every other one that it can get at, the nearest first."""
    waiting, seen = [value], set[int]()
    while waiting and len(seen) < MOST:
        one = waiting.pop(0)
        if id(one) in seen or not callable(one) or inspect.isclass(one):
            continue
        seen.add(id(one))
        yield one
        waiting += within(one).values()
