"""What FastAPI and Starlette surely take as the arguments of applications, routes and the like."""

from __future__ import annotations

from gate.static.dependencies import DEPENDS
from gate.static.endpoints import is_dependency, is_plain_endpoint
from gate.static.events import Application
from gate.static.fields import is_field_type
from gate.static.kinds import kinds
from gate.static.suits import ORDERED, TESTS, is_a
from gate.static.templates import is_pattern, parameters
from gate.static.values import Class, Function, Items, Literal, Made, Pairs, Symbol, Value
from gate.static.words import words

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

RESPONSE_CLASSES = words(
    """
    Response JSONResponse HTMLResponse PlainTextResponse RedirectResponse StreamingResponse
    FileResponse
    """
)
MIDDLEWARE = "starlette.middleware."
LAST_STATUS = 599


def _plain(value: Value) -> object:
    return value.value if isinstance(value, Literal) else ...


def _is_none(value: Value) -> bool:
    return _plain(value) is None


def _listed(test: Callable[[Value], bool]) -> Callable[[Value], bool]:
    """Return a test of lists and tuples, of each of whose items ``test`` is true; None passes."""

    def of(value: Value) -> bool:
        known = isinstance(value, Items) and value.kind in ORDERED and not value.changes
        return _is_none(value) or (known and all(map(test, value.items)))  # type: ignore[attr-defined] # they are items

    return of


def _paired(**allowed: str) -> Callable[[Value], bool]:
    """Return a test of dictionaries whose keys and the kinds of their values are these."""

    def of(value: Value) -> bool:
        if not isinstance(value, Pairs) or value.changes:
            return False
        return all(
            is_a(item, allowed.get(str(_plain(key)), "nothing")) for key, item in value.pairs
        )

    return of


def is_path(value: Value) -> bool:
    """Whether a value is the path of a route."""
    text = _plain(value)
    return isinstance(text, str) and text[:1] == "/" and parameters(text) is not None


def _is_prefix(value: Value) -> bool:
    text = _plain(value)
    return text == "" or (is_path(value) and not str(text).endswith("/"))


def _is_place(value: Value) -> bool:
    """Whether something can be mounted at a path."""
    return _plain(value) == "" or (is_path(value) and "{" not in str(_plain(value)))


def _is_address(value: Value) -> bool:
    text = _plain(value)
    host = text.partition("://")[2].partition("/")[0] if isinstance(text, str) else ""
    known = isinstance(text, str) and text.startswith(("http://", "https://")) and text.isascii()
    return known and host.replace("-", "").replace(".", "").isalnum() and host[-1:].isalpha()


def _is_status(value: Value) -> bool:
    number = _plain(value)
    known = isinstance(number, int) and not isinstance(number, bool)
    return _is_none(value) or (known and 100 <= number <= LAST_STATUS) or _is_named_status(value)  # type: ignore[operator] # noqa: PLR2004 - the first one


def _is_named_status(value: Value) -> bool:
    return kinds(value) == {"http.HTTPStatus"}


def _is_depends(value: Value) -> bool:
    """Whether a value is ``Depends(…)`` of something that FastAPI surely takes."""
    if not (isinstance(value, Made) and isinstance(value.callee, Symbol)):
        return False
    given = value.args[0] if value.args else value.kwargs.get("dependency")
    return value.callee.path in DEPENDS and given is not None and is_dependency(given, [])


def _are_responses(value: Value) -> bool:
    if _is_none(value):
        return True
    if not isinstance(value, Pairs) or value.changes:
        return False
    codes = (isinstance(_plain(k), int) or _is_named_status(k) for k, _ in value.pairs)
    return all(codes) and all(_RESPONSE(item) for _, item in value.pairs)


_RESPONSE = _paired(description="str", model="model")


def _is_response_class(value: Value) -> bool:
    if isinstance(value, Class):
        return not value.names and len(value.bases) == 1 and _is_response_class(value.bases[0])
    path = value.path if isinstance(value, Symbol) else ""
    home, _, name = path.rpartition(".")
    return home == "starlette.responses" and name in RESPONSE_CLASSES


def _is_route_class(value: Value) -> bool:
    if isinstance(value, Class):
        return not value.names and len(value.bases) == 1 and _is_route_class(value.bases[0])
    return isinstance(value, Symbol) and value.path == "fastapi.routing.APIRoute"


def _is_middleware_class(value: Value) -> bool:
    path = value.path if isinstance(value, Symbol) else ""
    return isinstance(value, Class | Function) or (
        path.startswith(MIDDLEWARE) and path.rpartition(".")[2][:1].isupper()
    )


def _are_handlers(value: Value) -> bool:
    if _is_none(value):
        return True
    known = isinstance(value, Pairs) and not value.changes
    return known and all(
        is_a(what, "exception,status") and is_a(handler, "callable")
        for what, handler in (value.pairs if isinstance(value, Pairs) else ())
    )


def _is_lifespan(value: Value) -> bool:
    made = isinstance(value, Made) and is_a(value, "function") and len(value.args) == 1
    return _is_none(value) or isinstance(value, Function) or made


def _is_id_function(value: Value) -> bool:
    return isinstance(value, Symbol) and value.path == "fastapi.utils.generate_unique_id"


def _of_kind(*names: str) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, Application) and value.kind in names


def _is_regex(value: Value) -> bool:
    text = _plain(value)
    return isinstance(text, str) and is_pattern(text)


def _is_open_path(value: Value) -> bool:
    """Whether FastAPI can have its document, or pages about it, at a path; None for not at all."""
    return _is_none(value) or (is_path(value) and "{" not in str(_plain(value)))


METHODS = words("GET POST PUT DELETE PATCH HEAD OPTIONS get post put delete patch head options")
_METHODS = _listed(lambda value: str(_plain(value)) in METHODS)
TESTS |= {
    "filled": lambda value: isinstance(_plain(value), str) and _plain(value) != "",
    "path": is_path,
    "prefix": _is_prefix,
    "place": _is_place,
    "below": lambda value: _is_place(value) and str(_plain(value)).strip("/") != "",
    "address": _is_address,
    "openpath": _is_open_path,
    "status": _is_status,
    "code": lambda value: _is_status(value) and not _is_none(value),
    "model": is_field_type,
    "depends": _is_depends,
    "dependencies": _listed(_is_depends),
    "tags": _listed(lambda value: is_a(value, "str")),
    "texts": _listed(lambda value: is_a(value, "str")),
    "responses": _are_responses,
    "responseclass": _is_response_class,
    "routeclass": _is_route_class,
    "middlewareclass": _is_middleware_class,
    "middlewares": _listed(lambda value: is_a(value, "starlette.middleware.Middleware")),
    "routes": _listed(lambda value: is_a(value, "starlette.routing.Route")),
    "hooks": _listed(lambda value: isinstance(value, Function)),
    "handlers": _are_handlers,
    "lifespan": _is_lifespan,
    "idfunction": _is_id_function,
    "router": _of_kind("APIRouter"),
    "application": _of_kind("FastAPI", "Starlette"),
    "mounted": lambda value: (
        TESTS["application"](value) or is_a(value, "starlette.staticfiles.StaticFiles")
    ),
    "endpoint": is_plain_endpoint,
    "openapitags": _listed(_paired(name="str", description="str")),
    "contact": _paired(name="str", url="address"),
    "licence": _paired(name="str", url="address", identifier="str"),
    "servers": _listed(_paired(url="str", description="str")),
    "parameters": _paired(),
    "regex": _is_regex,
    "methods": lambda value: _METHODS(value) and not (isinstance(value, Items) and not value.items),
}
