"""Facts of what runs at start-up and shutdown."""

from __future__ import annotations

import _ast as ast

from gate.static import showing
from gate.static.events import Application
from gate.static.middleware import add_callable
from gate.static.shapes import shape
from gate.static.sheet import Fact, Sheet
from gate.static.tokens import walk
from gate.static.values import Function, Items, Literal, Made, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Place, Shape

HOOKS = {"startup": "start-up hook", "shutdown": "shutdown hook"}


def add_hooks(sheet: Sheet, app: Application, arguments: dict[str, Value]) -> None:
    """Add the lifespan, and the hooks in their order."""
    lifespan = arguments.get("lifespan")
    if lifespan is not None and not (isinstance(lifespan, Literal) and lifespan.value is None):
        place = showing.definition(lifespan) or app.place
        what = shape(_within(lifespan))
        fact = Fact("lifespan", "lifespan", what, showing.called(lifespan), place)
        sheet.add(fact)
    for when, kind in HOOKS.items():
        for value, place, guards in _hooked(sheet, app, arguments, when):
            add_callable(sheet, kind, value, place, guards=guards)


def _within(lifespan: Value) -> Value:
    """Return the generator in a context manager: Starlette makes one of a bare generator."""
    match lifespan:
        case Made(callee=Symbol(path="contextlib.asynccontextmanager"), args=[Function() as inner]):
            yields = any(isinstance(part, ast.Yield) for part in walk(inner.node))
            return inner if yields and isinstance(inner.node, ast.AsyncFunctionDef) else lifespan
    return lifespan


def _hooked(
    sheet: Sheet, app: Application, arguments: dict[str, Value], when: str
) -> Iterator[tuple[Value, Place, Shape]]:
    listed = arguments.get(f"on_{when}")
    if isinstance(listed, Items) and not listed.changes:
        yield from ((item, app.place, ()) for item in listed.items)
    elif listed is not None and not (isinstance(listed, Literal) and listed.value is None):
        sheet.doubt("the application's hooks are not known", app.place)
    for event in app.events:
        guards = showing.relative(event, app)
        if event.path == f"router.on_{when}.append" and len(event.args) == 1:
            yield event.args[0], event.place, guards
            continue
        if event.path not in ("on_event", "add_event_handler"):
            continue
        first = event.args[0] if event.args else None
        hook = event.target if event.path == "on_event" else (*event.args[1:2], None)[0]
        if not isinstance(first, Literal) or first.value not in HOOKS or hook is None:
            sheet.doubt("a hook is not known", event.place)
        elif first.value == when:
            yield hook, event.place, guards
