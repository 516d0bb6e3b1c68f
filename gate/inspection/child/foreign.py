"""Facts about applications of other frameworks, as far as their public API tells."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from .facts import Facts
from .naming import qualified_name

# A route: what it answers, the function that does, and what guards it.
Route = tuple[str, Any, list[Any]]

# Attributes of the application that change what a client gets, compared by value.
SETTINGS = {
    "litestar": (
        "middleware",
        "exception_handlers",
        "before_request",
        "after_request",
        "after_response",
        "before_send",
        "on_startup",
        "on_shutdown",
        "allowed_hosts",
        "cors_config",
        "csrf_config",
        "compression_config",
        "debug",
    ),
    "quart": (
        "before_request_funcs",
        "after_request_funcs",
        "before_websocket_funcs",
        "after_websocket_funcs",
        "before_serving_funcs",
        "after_serving_funcs",
        "error_handler_spec",
    ),
    "django": (),
}
DJANGO_SETTINGS = ("MIDDLEWARE", "ROOT_URLCONF", "ALLOWED_HOSTS", "DEBUG")


def framework_of(app: Any) -> str:
    """Return which of the known frameworks an application is of, or ""."""
    roots = (cls.__module__.partition(".")[0] for cls in type(app).__mro__)
    return next((root for root in roots if root in ROUTES), "")


def add_foreign(facts: Facts, app: Any, framework: str) -> int:
    """Add what is known of an application; return the number of its routes."""
    place = facts.places.of(app)
    for name in SETTINGS[framework]:
        facts.add_value("setting", name, getattr(app, name, None), place=place)
    if framework == "django":
        for name in DJANGO_SETTINGS:
            value = getattr(importlib.import_module("django.conf").settings, name, None)
            facts.add_value("setting", name, value, place=place)
    number = 0
    for subject, endpoint, guards in ROUTES[framework](app):
        number += 1
        _add_route(facts, subject, endpoint, guards)
    return number


def _add_route(facts: Facts, subject: str, endpoint: Any, guards: list[Any]) -> None:
    place = facts.places.of_definition(endpoint)
    facts.add("route", subject, same="", text=subject, place=place)
    same, text = facts.describer.same(endpoint), qualified_name(endpoint)
    facts.add("endpoint", "endpoint", same=same, text=text, place=place, subject=subject)
    for guard in guards:
        facts.add_callable("dependency", guard, place=place, subject=subject)


def _litestar(app: Any) -> Iterator[Route]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            if handler.fn.__module__.startswith("litestar."):  # its documentation, OPTIONS
                continue
            kind = "websocket" if "Websocket" in type(handler).__name__ else "mount"
            # A guard that is no coroutine is wrapped, and the wrapper holds it.
            guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
            for method in sorted(getattr(handler, "http_methods", ())) or [kind]:
                yield f"{method} {route.path}", handler.fn, guards


def _quart(app: Any) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<", "{").replace(">", "}")
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) or ["any method"]
        for method in ["websocket"] if rule.websocket else methods:
            view = app.view_functions.get(rule.endpoint)
            own = getattr(view, "__self__", None) is app  # its static files
            yield f"{method} {path}", view.__func__ if own else view, []


def _django(_app: Any) -> Iterator[Route]:
    yield from _patterns(importlib.import_module("django.urls").get_resolver(), "/")


def _patterns(resolver: Any, prefix: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        path = f"{prefix}{one.pattern}".replace("<", "{").replace(">", "}")
        if hasattr(one, "url_patterns"):
            yield from _patterns(one, path)
        else:
            yield f"any method {path}", one.callback, []


ROUTES: dict[str, Callable[[Any], Iterator[Route]]] = {
    "litestar": _litestar,
    "quart": _quart,
    "django": _django,
}
