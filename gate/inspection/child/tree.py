"""Facts about an application, about the layers around it and about what is mounted in it."""

from __future__ import annotations

from typing import Any

from .composition import add_composition
from .facts import Facts
from .layers import add_layer, around_router, around_stack, beside, layers
from .routes import add_routes, application_in, is_documentation
from .walking import contexts

Mounted = list[tuple[Any, str]]


def add_application(facts: Facts, app: Any, outside: tuple[Any, ...] = ()) -> int:
    """Add all facts of ``app``, wrapped or not; return the number of its routes.

    ``outside`` are the applications that it is mounted in; documentation does not count.
    """
    found = layers(app)
    if found is None:
        return 0
    others: Mounted = []
    around, inner = found
    for layer, name in around:
        add_layer(facts, "wrapper", (layer, name), inside=inner)
        others += [(one, path) for path, one in beside(layer, name) if one is not inner]
    if any(one is inner for one in outside):  # mounted in itself: the same again, without end
        return 0
    mounted, number = _add_inner(facts, inner)
    scope = facts.scope
    for one, path in [*mounted, *others]:
        facts.scope = f"{scope}{path}"
        number += add_application(facts, one, (*outside, inner))
    facts.scope = scope
    return number


def _add_inner(facts: Facts, app: Any) -> tuple[Mounted, int]:
    """Add the facts of an application alone; return what is mounted, and how many routes answer."""
    router = getattr(app, "router", app)
    for layer in around_stack(app) if router is not app else ():
        add_layer(facts, "wrapper", layer, inside=app)
    for layer in around_router(router):
        add_layer(facts, "middleware", layer, inside=router)
    add_composition(facts, app, router)
    mounted: Mounted = []
    routes = [*app.routes, *low_priority(router)]
    add_routes(facts, routes, lambda inner, path: mounted.append((inner, path)))
    return mounted, sum(_answers(context) for context in contexts(routes))


def _answers(context: Any) -> bool:
    """Whether a route answers by itself, and is none that FastAPI adds."""
    return not is_documentation(context) and layers(application_in(context)) is None


def low_priority(router: Any) -> list[Any]:
    """Return the routes that FastAPI tries last: frontends, of included routers too."""
    found = list(getattr(router, "_low_priority_routes", ()))
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        found += low_priority(inner) if inner is not None else []
    return found
