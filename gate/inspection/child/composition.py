"""Facts about an application as a whole: middleware, handlers, overrides, settings, lifespan."""

from __future__ import annotations

import inspect
from typing import Any

from .facts import Facts
from .lifespans import lifespans
from .naming import qualified_name

# Arguments of FastAPI(), Starlette() and their routers that are kept as attributes.
SETTINGS = (
    "debug",
    "title",
    "summary",
    "description",
    "version",
    "terms_of_service",
    "contact",
    "license_info",
    "openapi_url",
    "openapi_version",
    "openapi_tags",
    "openapi_external_docs",
    "docs_url",
    "redoc_url",
    "swagger_ui_oauth2_redirect_url",
    "swagger_ui_init_oauth",
    "swagger_ui_parameters",
    "servers",
    "root_path",
    "root_path_in_servers",
    "separate_input_output_schemas",
    "max_body_size",
)
ROUTER_SETTINGS = ("redirect_slashes", "default", "form_limits")
DISPATCH = "starlette.middleware.base.BaseHTTPMiddleware"  # with the function that it calls
# Replaced on one object: what these build is compared itself.
COMPARED_OTHERWISE = ("openapi", "lifespan_context", "default")


def add_composition(facts: Facts, app: Any, router: Any) -> None:
    """Add the facts of an application that are about no single route."""
    for add in (_middleware, _handlers, _overrides, _settings, _state):
        add(facts, app)
    for name in ROUTER_SETTINGS:
        if hasattr(router, name):
            facts.add_value("setting", name, getattr(router, name), place=facts.places.of(app))
    _replaced(facts, app)
    if router is not app:
        facts.add_value("setting", "router", type(router), place=facts.places.of(app))
        _replaced(facts, router)
    _lifespan(facts, router)


def _middleware(facts: Facts, app: Any) -> None:
    for middleware in getattr(app, "user_middleware", ()):
        # Starlette gives class, (since 0.35) positional arguments, and keyword arguments.
        cls, *positional, kwargs = middleware
        args = tuple(*positional)
        place = facts.places.of(middleware) or facts.places.of(app)
        dispatch = _dispatched(cls, args, kwargs)
        if dispatch is not None:
            place = facts.places.of_definition(dispatch) or place
            facts.add_callable("middleware", dispatch, place=place)
        else:
            facts.add_call("middleware", cls, args, kwargs, place=place)


def _dispatched(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the function of ``@app.middleware``, or None: its class says nothing."""
    given = [*args, *kwargs.values()]
    plain = qualified_name(cls) == DISPATCH and len(given) == 1 and set(kwargs) <= {"dispatch"}
    return given[0] if plain and callable(given[0]) else None


def _handlers(facts: Facts, app: Any) -> None:
    for what, handler in getattr(app, "exception_handlers", {}).items():
        name = str(int(what)) if isinstance(what, int) else facts.describer.name(what)
        _add_function(facts, "exception handler", name, handler)


def _overrides(facts: Facts, app: Any) -> None:
    for original, override in getattr(app, "dependency_overrides", {}).items():
        _add_function(facts, "dependency override", facts.describer.name(original), override)


def _add_function(facts: Facts, kind: str, name: str, function: Any) -> None:
    same, place = facts.describer.same(function), facts.places.of_definition(function)
    facts.add(kind, name, same=same, text=qualified_name(function), place=place)


def _settings(facts: Facts, app: Any) -> None:
    for name in SETTINGS:
        if hasattr(app, name):
            facts.add_value("setting", name, getattr(app, name), place=facts.places.of(app))
    facts.add_value("setting", "class", type(app), place=facts.places.of(app))


def _state(facts: Facts, app: Any) -> None:
    """Add what is kept in ``app.state``: routes and middleware look for it there by name."""
    kept = getattr(getattr(app, "state", None), "_state", None)
    for name, value in kept.items() if isinstance(kept, dict) else ():
        facts.add_value("state", str(name), value, place=facts.places.of(app))


def _replaced(facts: Facts, app: Any) -> None:
    """Add the methods that were replaced on this one object: ``app.build_middleware_stack = …``."""
    for name, value in vars(app).items():
        method = inspect.isfunction(getattr(type(app), name, None))
        if method and name not in COMPARED_OTHERWISE:
            facts.add_value("setting", name, value, place=facts.places.of_definition(value))


def _lifespan(facts: Facts, router: Any) -> None:
    for hook in lifespans(getattr(router, "lifespan_context", None)):
        same, text = facts.describer.same(hook), qualified_name(inspect.unwrap(hook))
        place = facts.places.of_definition(hook)
        facts.add("lifespan", "lifespan", same=same, text=text, place=place)
    for kind, attribute in (("start-up hook", "on_startup"), ("shutdown hook", "on_shutdown")):
        for hook in getattr(router, attribute, ()):
            facts.add_callable(kind, hook)
