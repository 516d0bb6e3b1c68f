"""Parameters of endpoints whose annotations are names that are not there.

FastAPI leaves such a name as it stands, and takes the parameter for one of the query: what should
be the request, a body or a dependency is then missing from every request.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, ForwardRef

from .answer import below
from .layers import layers
from .walking import contexts

PARAMETERS = ("path_params", "query_params", "header_params", "cookie_params", "body_params")


def unresolved(app: Any, root: str) -> Iterator[dict[str, Any]]:
    """Yield what FastAPI could not resolve: name, parameter, function, file and line."""
    seen: set[tuple[Any, ...]] = set()
    for dependant in _dependants(app, set()):
        call = inspect.unwrap(dependant.call)
        code = getattr(_function(call), "__code__", None)
        if code is None or not below(code.co_filename, root):
            continue
        for parameter, name in _names(dependant):
            found = (name, parameter, call.__qualname__, code.co_filename, code.co_firstlineno)
            if found not in seen:
                seen.add(found)
                keys = ("name", "parameter", "function", "file", "line")
                yield dict(zip(keys, found, strict=True))


def _dependants(app: Any, seen: set[int]) -> Iterator[Any]:
    """Yield what FastAPI made of endpoints and their dependencies, those of mounts too."""
    found = layers(app)
    if found is None or id(found[1]) in seen:
        return
    seen.add(id(found[1]))
    for route in contexts(list(getattr(found[1], "routes", None) or ())):
        dependant = getattr(route, "dependant", None)
        if dependant is not None:
            yield from _tree(dependant)
        elif not hasattr(route, "endpoint"):  # a mount
            yield from _dependants(getattr(route, "app", None), seen)


def _tree(dependant: Any) -> Iterator[Any]:
    if dependant.call is not None:
        yield dependant
    for one in dependant.dependencies:
        yield from _tree(one)


def _names(dependant: Any) -> Iterator[tuple[str, str]]:
    """Yield parameters, each with the text of an annotation that is no type."""
    for kind in PARAMETERS:
        for field in getattr(dependant, kind, ()):
            said = getattr(getattr(field, "field_info", None), "annotation", None)
            said = said.__forward_arg__ if isinstance(said, ForwardRef) else said
            if isinstance(said, str):
                yield field.name, said


def _function(call: Any) -> Any:
    """Return the function whose parameters are those of a call."""
    if inspect.isclass(call):
        return inspect.unwrap(call.__init__)
    return call if inspect.isroutine(call) else inspect.unwrap(type(call).__call__)
