"""Task: import an entry point and say everything that is known of the application it builds."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from . import loading
from .answer import CannotLookError, FailedError, from_exception
from .describe import Describer
from .facts import Facts
from .naming import is_application, qualified_name
from .places import Places
from .routes import add_routes, contexts, is_documentation

# Arguments of FastAPI() and Starlette() that are kept as attributes.
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
ASGI_CALLS: tuple[tuple[dict[str, Any] | None, ...], ...] = ((None, None, None), (None,))


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Describe ``request["entry"]``; raises FailedError when there is no application to describe.

    Returns ``facts`` (see :class:`Facts`), ``place`` of the application's construction,
    ``same_object`` (whether the other entry point's name is the same object), ``openapi`` (the
    document, or None where there is none) and ``routes`` (their number, documentation aside).
    """
    root, entry, other = request["root"], request["entry"], request["other"]
    places = Places(root)
    places.watch()
    app = loading.application(entry, root)
    _must_be_asgi(app, entry)
    if request["prepare"]:
        names = {"entry": _module(entry), "other": _module(other)}
        loading.prepare(request["prepare"], root, app, **names)
    facts = Facts(Describer((_module(entry), _module(other)), request["salt"]), places)
    inner = _unwrapped(facts, app)
    if inner is None:
        raise CannotLookError(
            f"{entry} is a {qualified_name(app)}, which is no Starlette or FastAPI application "
            "and holds none: the gate cannot see its middleware and routes"
        )
    routes = _describe(facts, inner)
    return {
        "facts": facts.all,
        "place": places.of(inner),
        "same_object": _is_also(app, other),
        "openapi": _openapi(inner, root),
        "routes": routes,
    }


def _module(entry: str) -> str:
    return entry.partition(":")[0]


def _must_be_asgi(app: Any, entry: str) -> None:
    kind = f"is of type {type(app).__name__}"
    hint = ""
    if inspect.isclass(app):
        kind = "is a class"
    elif inspect.isfunction(app) and loading.accepts(app):
        kind, hint = "is a function without arguments", f"; for a factory, say {entry}()"
    elif callable(app) and any(loading.accepts(app, *call) for call in ASGI_CALLS):
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


def _unwrapped(facts: Facts, app: Any) -> Any:
    """Return the application inside plain ASGI middleware; each layer is a fact."""
    while not is_application(app):
        name, inner = _inner(app)
        if inner is None:
            return None
        state = {key: value for key, value in vars(app).items() if key != name}
        facts.add_call("wrapper", type(app), (), state, place=facts.places.of(app))
        app = inner
    return app


def _inner(app: Any) -> tuple[str, Any]:
    """Return the first thing inside ``app`` that is, or wraps, an application."""
    held = dict(getattr(app, "__dict__", {}))
    if inspect.isfunction(app):
        held |= inspect.getclosurevars(app).nonlocals
    for name, value in held.items():
        if is_application(value):
            return name, value
    for name, value in held.items():
        if callable(value) and not inspect.isclass(value) and _inner(value)[1] is not None:
            return name, value
    return "", None


def _describe(facts: Facts, app: Any) -> int:
    """Add the facts of ``app`` and of what is mounted in it; return the number of its routes."""
    router = getattr(app, "router", app)
    for describe in (_middleware, _handlers, _overrides, _settings):
        describe(facts, app)
    _lifespan(facts, router)
    mounted: list[tuple[Any, str]] = []
    routes = [*app.routes, *getattr(router, "_low_priority_routes", ())]
    add_routes(facts, routes, lambda inner, path: mounted.append((inner, path)))
    scope = facts.scope
    for inner, path in mounted:
        facts.scope = f"{scope}{path}"
        _describe(facts, inner)
    facts.scope = scope
    return sum(not is_documentation(context) for context in contexts(routes))


def _middleware(facts: Facts, app: Any) -> None:
    for middleware in getattr(app, "user_middleware", ()):
        # Starlette gives class, (since 0.35) positional arguments, and keyword arguments.
        cls, *args, kwargs = middleware
        dispatch = kwargs.get("dispatch")
        place = facts.places.of(middleware) or facts.places.of(app)
        if inspect.isroutine(dispatch) and list(kwargs) == ["dispatch"]:
            facts.add_callable(
                "middleware", dispatch, place=facts.places.of_definition(dispatch) or place
            )
        else:
            facts.add_call("middleware", cls, tuple(*args), kwargs, place=place)


def _handlers(facts: Facts, app: Any) -> None:
    for what, handler in getattr(app, "exception_handlers", {}).items():
        name = str(what) if isinstance(what, int) else facts.describer.name(what)
        same, text = facts.describer.same(handler), qualified_name(handler)
        place = facts.places.of_definition(handler)
        facts.add("exception handler", name, same=same, text=text, place=place)


def _overrides(facts: Facts, app: Any) -> None:
    for original, override in getattr(app, "dependency_overrides", {}).items():
        name, same = facts.describer.name(original), facts.describer.same(override)
        place = facts.places.of_definition(override)
        facts.add(
            "dependency override", name, same=same, text=qualified_name(override), place=place
        )


def _settings(facts: Facts, app: Any) -> None:
    for name in SETTINGS:
        if hasattr(app, name):
            facts.add_value("setting", name, getattr(app, name), place=facts.places.of(app))
    facts.add_value("setting", "class", type(app), place=facts.places.of(app))
    router = getattr(app, "router", app)
    facts.add_value(
        "setting", "redirect_slashes", router.redirect_slashes, place=facts.places.of(app)
    )


def _lifespan(facts: Facts, router: Any) -> None:
    for hook in _lifespans(getattr(router, "lifespan_context", None)):
        same, text = facts.describer.same(hook), qualified_name(inspect.unwrap(hook))
        facts.add(
            "lifespan", "lifespan", same=same, text=text, place=facts.places.of_definition(hook)
        )
    for kind, attribute in (("start-up hook", "on_startup"), ("shutdown hook", "on_shutdown")):
        for hook in getattr(router, attribute, ()):
            facts.add_callable(kind, hook)


def _lifespans(hook: Any) -> Iterator[Any]:
    """Yield what FastAPI merged into one lifespan, without the default that does nothing."""
    if hook is None or type(hook).__name__ == "_DefaultLifespan":
        return
    if "_merge_lifespan_context" in getattr(hook, "__qualname__", ""):
        for part in inspect.getclosurevars(hook).nonlocals.values():
            yield from _lifespans(part)
        return
    yield hook


def _openapi(app: Any, root: str) -> Any:
    """Return the OpenAPI document; one that cannot be made is a failure of the application."""
    make: Callable[[], Any] | None = getattr(app, "openapi", None)
    if make is None or not getattr(app, "openapi_url", None):
        return None
    try:
        return make()
    except Exception as exc:
        raise from_exception("openapi-failed", exc, root) from exc
