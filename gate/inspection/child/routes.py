"""Facts about routes: what answers, with which options, behind which dependencies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .dependencies import add_dependencies
from .facts import Facts
from .layers import add_layer, around_route, layers
from .naming import qualified_name
from .places import Place
from .walking import contexts

# Attributes of a route that change what a client gets, as FastAPI and Starlette name them.
OPTIONS = (
    "status_code",
    "response_model",
    "response_class",
    "response_model_include",
    "response_model_exclude",
    "response_model_by_alias",
    "response_model_exclude_unset",
    "response_model_exclude_defaults",
    "response_model_exclude_none",
    "responses",
    "callbacks",
    "include_in_schema",
    "deprecated",
    "operation_id",
    "tags",
    "summary",
    "description",
    "response_description",
    "openapi_extra",
    "strict_content_type",
    "max_body_size",
    "form_limits",
    "generate_unique_id_function",
    "name",
)
ABSENT = object()
BODY_LIMIT = "RequestBodyLimitMiddleware"  # how FastAPI carries out the option max_body_size


def add_routes(facts: Facts, routes: list[Any], mounted: Callable[[Any, str], None]) -> None:
    """Add the facts of all ``routes``, of included routers too; ``mounted`` gets sub-applications.

    A route that repeats an earlier one's method and path never answers, and is left out, unless
    its class decides itself what it answers.
    """
    seen: set[str] = set()
    for context in contexts(routes):
        for subject in _subjects(context):
            if subject in seen and not _matches_by_itself(_original(context)):
                continue
            name = _numbered(subject, seen)
            seen.add(name)
            if is_documentation(context):
                facts.add("documentation", name, same="", text=name, place=None)
                continue
            _add_route(facts, context, name)
            _follow_mount(context, mounted)


def is_documentation(context: Any) -> bool:
    """Whether a route is one that FastAPI adds by itself: /docs, /openapi.json …"""
    endpoint = getattr(context, "endpoint", None)
    return getattr(endpoint, "__module__", "") == "fastapi.applications"


def application_in(context: Any) -> Any:
    """Return what is mounted by a route, wrapped or not; None for a route that answers itself."""
    return None if hasattr(_original(context), "endpoint") else getattr(context, "app", None)


def _original(context: Any) -> Any:
    return getattr(context, "original_route", context)


def _matches_by_itself(route: Any) -> bool:
    module = getattr(type(route).matches, "__module__", "")
    return not str(module).startswith(("fastapi.", "starlette."))


def _numbered(subject: str, seen: set[str]) -> str:
    at, name = 1, subject
    while name in seen:
        at += 1
        name = f"{subject} #{at}"
    return name


def _subjects(context: Any) -> list[str]:
    """Return the names of a route: one for each method."""
    path = getattr(context, "path", None)
    kind = type(_original(context)).__name__
    if hasattr(_original(context), "host"):
        return [f"host {_original(context).host}"]
    if path is None:
        return [f"route of type {kind}"]
    if "WebSocket" in kind:
        return [f"websocket {path}"]
    if hasattr(_original(context), "app") and not hasattr(_original(context), "endpoint"):
        return [f"mount {path or '/'}"]
    methods = set(getattr(context, "methods", None) or ["any method"])
    if "GET" in methods and not hasattr(context, "dependant"):
        methods.discard("HEAD")  # plain Starlette answers HEAD wherever it answers GET
    return [f"{method} {path}" for method in sorted(methods)]


def _add_route(facts: Facts, context: Any, subject: str) -> None:
    original = _original(context)
    endpoint = getattr(context, "endpoint", None) or _mounted(context)
    place = _place(facts, context, endpoint)
    included = facts.places.of_include(original) or facts.places.of(original)
    facts.add("route", subject, same="", text=subject, place=place, included=included)
    facts.add(
        "endpoint",
        "endpoint",
        same=facts.describer.endpoint(endpoint),
        text=qualified_name(endpoint),
        place=place,
        subject=subject,
    )
    facts.add_value("route class", "class", type(original), place=place, subject=subject)
    for option in OPTIONS:
        value = _plain(facts, getattr(context, option, ABSENT))
        if value is not ABSENT:
            facts.add_value("option", option, value, place=place, subject=subject)
    _add_layers(facts, context, endpoint, subject)
    add_dependencies(facts, context, subject, place)


def _mounted(context: Any) -> Any:
    """Return what a route mounts; the application itself where layers are around it."""
    app = application_in(context)
    found = layers(app)
    return app if found is None else found[1]


def _add_layers(facts: Facts, context: Any, endpoint: Any, subject: str) -> None:
    """Add the middleware of a route alone; what is around a mount belongs to what is mounted."""
    if application_in(context) is None:
        for layer in around_route(context, endpoint):
            if type(layer[0]).__name__ != BODY_LIMIT:
                add_layer(facts, "layer", layer, inside=_original(context), subject=subject)


def _place(facts: Facts, context: Any, endpoint: Any) -> Place:
    return facts.places.of_definition(endpoint) or facts.places.of(_original(context))


def _plain(facts: Facts, value: Any) -> Any:
    """Return the value inside FastAPI's mark for "left at its default"; callbacks by name."""
    if type(value).__name__ == "DefaultPlaceholder":
        return value.value
    if isinstance(value, list) and value and all(hasattr(one, "endpoint") for one in value):
        return [(_subjects(one), facts.describer.same(one.endpoint)) for one in value]
    return value


def _follow_mount(context: Any, mounted: Callable[[Any, str], None]) -> None:
    app = application_in(context)
    if app is not None and layers(app) is not None:
        mounted(app, str(getattr(context, "path", None) or getattr(context, "host", "")))


__all__ = ["add_routes", "application_in", "is_documentation"]
