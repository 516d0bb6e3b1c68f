"""Task: import an entry point and say everything that is known of the application it builds."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from . import loading
from .answer import CannotLookError, FailedError, from_exception
from .describe import Describer
from .facts import Facts
from .foreign import add_foreign, framework_of
from .layers import layers
from .naming import qualified_name
from .places import Place, Places
from .reach import within
from .replacements import add_replacements
from .tree import add_application

RECURSION_LIMIT = 1000  # Python's own
ASGI_CALLS: tuple[tuple[dict[str, Any] | None, ...], ...] = ((None, None, None), (None,))


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Describe ``request["entry"]``; raises FailedError when there is no application to describe.

    Returns ``facts`` (see :class:`Facts`), ``place`` of the application's construction, ``built``
    (the module of that, or ""),
    ``same_object`` (whether the other entry point's name is the same object), ``openapi`` (the
    document, or None where there is none), ``routes`` (their number, with those of what is
    mounted, documentation aside), ``framework`` (one that is seen in part, or "") and ``adapter``
    (what turns events into requests for the application, where the entry point is that, or "").
    """
    root, entry, other = request["root"], request["entry"], request["other"]
    places = Places(root)
    places.watch()
    app = loading.application(entry, root)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))  # it may have lowered it
    app, adapter = _adapted(app)
    _must_be_asgi(app, entry)
    if request["prepare"]:
        names = {"entry": _module(entry), "other": _module(other)}
        loading.prepare(request["prepare"], root, app, **names)
    file = getattr(sys.modules.get(_module(entry)), "__file__", None)
    own = (_module(entry), _module(other), *request["own"])
    facts = Facts(Describer(own, request["salt"], file), places)
    framework = framework_of(app)
    found = layers(app)
    if framework:
        routes, inner = add_foreign(facts, app, framework), app
    elif found is not None:
        routes, inner = add_application(facts, app), found[1]
    else:
        raise CannotLookError(
            f"{entry} is a {qualified_name(app)}, which is no Starlette or FastAPI application "
            "and holds none: the gate cannot see its middleware and routes"
        )
    add_replacements(facts)
    return {
        "facts": facts.all,
        "place": places.of(inner),
        "built": _module_of(places.of(inner)),
        "same_object": _is_also(app, other),
        "openapi": None if framework else _openapi(inner, root),
        "routes": routes,
        "framework": framework,
        "adapter": adapter,
    }


def _module(entry: str) -> str:
    return entry.partition(":")[0]


def _module_of(place: Place) -> str:
    """Return the name of the module at a place."""
    for name, module in list(sys.modules.items()):
        if place and getattr(module, "__file__", None) == place[0]:
            return name
    return ""


def _adapted(app: Any) -> tuple[Any, str]:
    """Return the application inside a handler of events, and what that is; or the application."""
    adapter = ""
    while callable(app) and loading.accepts(app, {}, None) and not _is_asgi(app):
        found = layers(app)
        if found is None:
            break
        adapter = adapter or qualified_name(app)
        app = within(app)[found[0][0][1]]
    return app, adapter


def _is_asgi(app: Any) -> bool:
    return callable(app) and any(loading.accepts(app, *call) for call in ASGI_CALLS)


def _must_be_asgi(app: Any, entry: str) -> None:
    kind = f"is of type {type(app).__name__}"
    hint = ""
    if inspect.isclass(app):
        kind = "is a class"
    elif inspect.isfunction(app) and loading.accepts(app):
        kind, hint = "is a function without arguments", f"; for a factory, say {entry}()"
    elif _is_asgi(app):
        return
    raise FailedError("not-asgi", f"{kind}, not an ASGI application{hint}")


def _is_also(app: Any, other: str) -> bool:
    """Whether ``other`` names ``app`` itself. Its module is not imported for that."""
    name, _, dotted = other.partition(":")
    if name not in sys.modules or dotted.endswith("()"):
        return False
    try:
        return loading.attribute(sys.modules[name], dotted) is app
    except FailedError:
        return False


def _openapi(app: Any, root: str) -> Any:
    """Return the OpenAPI document; one that cannot be made is a failure of the application."""
    make: Callable[[], Any] | None = getattr(app, "openapi", None)
    if make is None or not getattr(app, "openapi_url", None):
        return None
    try:
        return make()
    except Exception as exc:
        raise from_exception("openapi-failed", exc, root) from exc
