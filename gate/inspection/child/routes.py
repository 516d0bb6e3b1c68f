"""Facts about routes: what answers, with which options, behind which dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .facts import Facts
from .naming import is_application, qualified_name, shown
from .places import Place

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
    "generate_unique_id_function",
    "name",
)
ABSENT = object()


def add_routes(facts: Facts, routes: list[Any], mounted: Callable[[Any, str], None]) -> None:
    """Add the facts of all ``routes``, of included routers too; ``mounted`` gets sub-applications.

    A route that repeats an earlier one's method and path never answers, and is left out.
    """
    seen: set[str] = set()
    for context in contexts(routes):
        for subject in _subjects(context):
            if subject not in seen:
                seen.add(subject)
                _add_route(facts, context, subject)
                _follow_mount(context, mounted)


def contexts(routes: list[Any]) -> Iterator[Any]:
    """Yield the routes as they answer: FastAPI keeps included routers whole since 0.137."""
    try:
        from fastapi.routing import iter_route_contexts  # noqa: PLC0415 - not for plain Starlette
    except ImportError:
        return iter(routes)
    return iter(iter_route_contexts(routes))


def is_documentation(context: Any) -> bool:
    """Whether a route is one that FastAPI adds by itself: /docs, /openapi.json …"""
    endpoint = getattr(context, "endpoint", None)
    return getattr(endpoint, "__module__", "") == "fastapi.applications"


def _original(context: Any) -> Any:
    return getattr(context, "original_route", context)


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
    endpoint = getattr(context, "endpoint", None) or getattr(original, "app", None)
    place = _place(facts, context, endpoint)
    included = facts.places.of_include(original) or facts.places.of(original)
    facts.add("route", subject, same="", text=subject, place=place, included=included)
    facts.add(
        "endpoint",
        "endpoint",
        same=facts.describer.same(endpoint),
        text=qualified_name(endpoint),
        place=place,
        subject=subject,
    )
    facts.add_value("route class", "class", type(original), place=place, subject=subject)
    for option in OPTIONS:
        value = _plain(getattr(context, option, ABSENT))
        if value is not ABSENT:
            facts.add_value("option", option, value, place=place, subject=subject)
    _add_dependencies(facts, context, subject, place)


def _place(facts: Facts, context: Any, endpoint: Any) -> Place:
    return facts.places.of_definition(endpoint) or facts.places.of(_original(context))


def _plain(value: Any) -> Any:
    """Return the value inside FastAPI's mark for "left at its default"."""
    return value.value if type(value).__name__ == "DefaultPlaceholder" else value


def _add_dependencies(facts: Facts, context: Any, subject: str, place: Place) -> None:
    """Add what guards a route, as it was declared at the application, an include or the route."""
    declared = list(getattr(context, "dependencies", None) or [])
    by_call = {id(depends.dependency): depends for depends in declared}
    dependant = getattr(context, "dependant", None)
    for dependency in getattr(dependant, "dependencies", None) or []:
        depends = by_call.get(id(dependency.call))
        scopes = list(getattr(depends, "scopes", None) or [])
        written = facts.places.of(depends) if depends is not None else None
        text = f"{type(depends).__name__ if depends else 'Depends'}({shown(dependency.call)}"
        same = facts.describer.same((dependency.call, scopes, dependency.use_cache))
        facts.add(
            "dependency",
            facts.describer.name(dependency.call),
            same=same,
            text=text + (f", scopes={scopes})" if scopes else ")"),
            place=written or place,
            subject=subject,
        )


def _follow_mount(context: Any, mounted: Callable[[Any, str], None]) -> None:
    original = _original(context)
    inner = getattr(original, "app", None)
    if hasattr(original, "endpoint") or not is_application(inner):
        return
    mounted(inner, str(getattr(context, "path", None) or getattr(original, "host", "")))


__all__ = ["add_routes", "contexts", "is_documentation"]
