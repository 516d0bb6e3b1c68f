"""Finds the application inside what is wrapped around it: ASGI middleware, called by hand."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, ValuesView
from typing import Any

from .facts import Facts
from .naming import is_application
from .reach import MOST, held, within

OUTERMOST = "ServerErrorMiddleware"  # of what Starlette builds itself
DEEPEST = 20  # layers; no server has as many
Layer = tuple[Any, str]  # and the name by which it holds what is inside


def add_layer(facts: Facts, kind: str, around: Layer, *, inside: Any, subject: str = "") -> None:
    """Add what a layer is, but for what it is wrapped around.

    ``inside`` is what is in it in the end: its place stands for that of the layer.
    """
    layer, name = around
    arguments = {key: value for key, value in held(layer).items() if key != name}
    place = facts.places.of(layer) or facts.places.of(inside)
    if inspect.isroutine(layer):
        facts.add_callable(kind, layer, place=place, subject=subject)
    else:
        facts.add_call(kind, type(layer), (), arguments, place=place, subject=subject)


def layers(app: Any) -> tuple[list[Layer], Any] | None:
    """Return the layers around an application, outermost first, and it; None where none is."""
    return _path(app, set())


def _path(app: Any, seen: set[int]) -> tuple[list[Layer], Any] | None:
    if is_application(app):
        return [], app
    if id(app) in seen or len(seen) > MOST:
        return None
    seen.add(id(app))
    inside = [(name, value) for name, value in within(app).items() if _may_be_asgi(value)]
    inside.sort(key=lambda one: not is_application(one[1]))  # the nearest application first
    for name, value in inside:
        found = _path(value, seen)
        if found is not None:
            return [(app, name), *found[0]], found[1]
    return None


def beside(layer: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield other applications that a layer holds, with what it calls them: a dispatcher's."""
    for key, value in within(layer).items():
        several = value.values() if isinstance(value, dict) else value
        if key == name:
            continue
        for one in several if isinstance(several, list | tuple | ValuesView) else (value,):
            if is_application(one):
                yield f"{type(layer).__name__}.{key}", one


def around_route(route: Any, endpoint: Any) -> Iterator[Layer]:
    """Yield the layers between a route and its endpoint: middleware of the route alone."""
    return _around(getattr(route, "app", None), endpoint)


def around_router(router: Any) -> Iterator[Layer]:
    """Yield the layers that Starlette's ``Router(middleware=…)`` has around itself."""
    return _around(vars(router).get("middleware_stack"), None)


def around_stack(app: Any) -> Iterator[Layer]:
    """Yield the layers that somebody put around the middleware that Starlette builds."""
    for layer in _around(vars(app).get("middleware_stack"), None):
        if type(layer[0]).__name__ == OUTERMOST:
            return
        yield layer


def _around(app: Any, inside: Any) -> Iterator[Layer]:
    for _ in range(DEEPEST):
        if app is inside or inspect.isroutine(app) or not hasattr(app, "app"):
            return
        yield app, "app"
        app = app.app


def _may_be_asgi(value: Any) -> bool:
    return callable(value) and not inspect.isclass(value)
