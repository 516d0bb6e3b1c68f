"""Facts of middleware: class, arguments and order; functions under ``@app.middleware``."""

from __future__ import annotations

from gate.static import showing
from gate.static.events import Application, Event
from gate.static.shapes import arguments, shape
from gate.static.sheet import Fact, Sheet, name_of
from gate.static.values import Function, Items, Literal, Made, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place, Shape


def add_middleware(sheet: Sheet, app: Application, listed: Value | None) -> None:
    """Add middleware, the outermost first: what is added later is further out."""
    added = [e for e in app.events if e.path in ("add_middleware", "middleware")]
    for event in reversed(added):
        guards = showing.relative(event, app)
        if event.path == "middleware":
            _http_function(sheet, event, guards)
        elif event.args and "**" not in event.kwargs:
            made = Made(event.args[0], event.args[1:], event.kwargs, event.place)
            _one_middleware(sheet, made, guards)
        else:
            sheet.doubt("a middleware is added that is not known", event.place)
    if listed is None or (isinstance(listed, Literal) and listed.value is None):
        return
    items = listed.items if isinstance(listed, Items) and not listed.changes else [listed]
    for item in items:
        cls = _middleware_class(item)
        if cls is None or not isinstance(item, Made):
            sheet.doubt("the application's middleware is not known", app.place)
            return
        _one_middleware(sheet, Made(cls, item.args[1:], item.kwargs, item.place), ())


def _middleware_class(item: Value) -> Value | None:
    if isinstance(item, Made) and isinstance(item.callee, Symbol) and item.args:
        is_middleware = item.callee.path == "starlette.middleware.Middleware"
        return item.args[0] if is_middleware and "**" not in item.kwargs else None
    return None


def _http_function(sheet: Sheet, event: Event, guards: Shape) -> None:
    kind = event.args[0] if len(event.args) == 1 and not event.kwargs else None
    if event.target is None or not isinstance(kind, Literal) or kind.value != "http":
        sheet.doubt("a middleware is added that is not known", event.place)
        return
    add_callable(sheet, "middleware", event.target, event.place, guards=guards)


def _one_middleware(sheet: Sheet, made: Made, guards: Shape) -> None:
    dispatch = made.kwargs.get("dispatch")
    if isinstance(dispatch, Function) and list(made.kwargs) == ["dispatch"] and not made.args:
        add_callable(sheet, "middleware", dispatch, made.place, guards=guards)
        return
    name, sure = name_of(made.callee)
    fact = Fact(
        "middleware",
        name,
        ("list", shape(made.callee), arguments(made)),
        showing.call(made),
        made.place,
    )
    sheet.add(fact, sure=sure, guards=guards)


def add_callable(
    sheet: Sheet, kind: str, value: Value, place: Place, *, guards: Shape = ()
) -> None:
    """Add something that is known by where it is defined."""
    name, sure = name_of(value)
    fact = Fact(kind, name, shape(value), showing.called(value), showing.definition(value) or place)
    sheet.add(fact, sure=sure, guards=guards)
