"""Facts of exception handlers and dependency overrides."""

from __future__ import annotations

from gate.static import frameworks, showing
from gate.static.events import Application, Event
from gate.static.shapes import shape
from gate.static.sheet import Fact, Sheet, name_of
from gate.static.values import Literal, Pairs, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Place, Shape


def add_handlers(sheet: Sheet, app: Application, listed: Value | None) -> None:
    """Add exception handlers, each by what it is last told; FastAPI begins with some of its own."""
    found: dict[str, Fact] = {}
    if app.kind == "FastAPI":
        for name, path in frameworks.DEFAULT_HANDLERS.items():
            default = Symbol(path)
            found[name] = Fact(
                "exception handler", name, shape(default), showing.called(default), app.place
            )
    for handled, handler, place, guards in _handled(sheet, app, listed):
        name, sure = name_of(handled)
        fact = Fact(
            "exception handler",
            name,
            shape(handler),
            showing.called(handler),
            showing.definition(handler) or place,
        )
        if guards or not sure:
            sheet.doubt("an exception handler is not known", place)
        found[name] = fact
    for fact in found.values():
        sheet.add(fact)


def _handled(
    sheet: Sheet, app: Application, listed: Value | None
) -> Iterator[tuple[Value, Value, Place, Shape]]:
    if isinstance(listed, Pairs) and not listed.changes:
        for what, handler in listed.pairs:
            yield what, handler, app.place, ()
    elif listed is not None and not (isinstance(listed, Literal) and listed.value is None):
        sheet.doubt("the application's exception handlers are not known", app.place)
    for event in app.events:
        guards = showing.relative(event, app)
        if event.path == "exception_handler" and event.target is not None and event.args:
            yield event.args[0], event.target, event.place, guards
        elif event.path == "add_exception_handler":
            given = dict(zip(("exc_class_or_status_code", "handler"), event.args, strict=False))
            given |= event.kwargs
            if len(given) == 2:  # noqa: PLR2004 - what is handled, and by what
                what, handler = given.values()
                yield what, handler, event.place, guards
            else:
                sheet.doubt("an exception handler is not known", event.place)


def add_overrides(sheet: Sheet, app: Application) -> None:
    """Add what replaces dependencies."""
    pairs: dict[str, tuple[Value, Event]] = {}
    for event in app.events:
        for original, override in _overridden(sheet, event):
            pairs[name_of(original)[0]] = (override, event)
            if not name_of(original)[1] or showing.relative(event, app):
                sheet.doubt("a dependency override is not known", event.place)
    for name, (override, event) in pairs.items():
        show = showing.called(override)
        place = showing.definition(override) or event.place
        sheet.add(Fact("dependency override", name, shape(override), show, place))


def _overridden(sheet: Sheet, event: Event) -> list[tuple[Value, Value]]:
    if event.path == "put dependency_overrides":
        return [(event.args[0], event.args[1])]
    if event.path == "dependency_overrides.update":
        given = event.args[0] if len(event.args) == 1 else None
        if isinstance(given, Pairs) and not given.changes:
            return given.pairs
        sheet.doubt("a dependency override is not known", event.place)
    return []
