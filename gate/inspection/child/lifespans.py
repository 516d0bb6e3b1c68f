"""What an application does at its start and end, and whether a handler lets it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .answer import below, place_of_code
from .layers import layers
from .reach import reachable

ADAPTER = ("mangum.adapter", "Mangum")  # its `lifespan` says whether start and end are told
# What somebody calls who starts an application by hand, beside the hooks themselves.
BY_HAND = ("startup", "_startup", "lifespan_context", "LifespanManager")


def lifespans(hook: Any) -> Iterator[Any]:
    """Yield what FastAPI merged into one lifespan, without the default that does nothing."""
    if hook is None or type(hook).__name__ == "_DefaultLifespan":
        return
    if "_merge_lifespan_context" in getattr(hook, "__qualname__", ""):
        for part in inspect.getclosurevars(hook).nonlocals.values():
            yield from lifespans(part)
        return
    yield hook


def never_started(handler: Any, root: str) -> list[dict[str, Any]]:
    """Return the hooks of an application that its handler never runs: name and place.

    None where an adapter runs them, or where the tree calls them itself.
    """
    adapters = [one for one in reachable(handler) if _is_adapter(one)]
    off = [one for one in adapters if getattr(one, "lifespan", "") == "off"]
    hooks = [hook for one in off for hook in _hooks(one.app)]
    called = _called(root) if hooks else set()
    if called & {*BY_HAND, *(hook.__name__ for hook in hooks)}:
        return []
    return [
        {"name": hook.__name__, "place": place_of_code(hook.__code__, root)}
        for hook in dict.fromkeys(hooks)
    ]


def _is_adapter(value: Any) -> bool:
    return any((cls.__module__, cls.__name__) == ADAPTER for cls in type(value).__mro__)


def _hooks(app: Any) -> Iterator[Any]:
    """Yield the functions that an application has run at its start, as they are written."""
    found = layers(app)
    router = getattr(found[1], "router", found[1]) if found else None
    hooks = [*lifespans(getattr(router, "lifespan_context", None))]
    hooks += getattr(router, "on_startup", ())
    yield from (one for one in map(inspect.unwrap, hooks) if inspect.isfunction(one))


def _called(root: str) -> set[str]:
    """Return the last names of everything that imported modules of the tree call."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    names: set[str] = set()
    for file in sorted(file for file in files if isinstance(file, str) and below(file, root)):
        for node in ast.walk(ast.parse(Path(file).read_bytes())):
            if isinstance(node, ast.Call):
                names.add(ast.unparse(node.func).rpartition(".")[2])
    return names
