"""Routes of an application, in the order in which they answer; those of included routers too."""

from __future__ import annotations

from gate.static import frameworks, showing
from gate.static.events import Application, Event
from gate.static.route import PLAIN, Arguments, Route, constructed, routed
from gate.static.sheet import Sheet
from gate.static.values import Class, Items, Literal, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Shape


def routes_of(
    sheet: Sheet, app: Application, path: list[Value], levels: list[Arguments], guards: Shape
) -> Iterator[Route]:
    """Yield the routes of ``app``, those of included routers too, in the order they answer."""
    own = showing.constructed(app)
    if own is None:
        sheet.doubt("the application's arguments are not known", app.place)
        return
    path = [*path, own["prefix"]] if "prefix" in own else path
    levels = [*levels, own]
    yield from _listed(sheet, app, own.get("routes"), levels)
    for event in app.events:
        under = (*guards, *showing.relative(event, app))
        if event.path == "include_router":
            yield from _included(sheet, event, path, levels, under)
        elif event.path in PLAIN and path:
            sheet.doubt("a plain route of a router with a prefix", event.place)
        elif event.path == "mount" and len(levels) > 1:
            sheet.doubt("something is mounted in a router", event.place)
        else:
            yield from routed(sheet, event, path, levels, under)


def _included(
    sheet: Sheet, event: Event, path: list[Value], levels: list[Arguments], guards: Shape
) -> Iterator[Route]:
    given: Arguments = dict(zip(("router",), event.args, strict=False)) | event.kwargs
    router = given.pop("router", None)
    prefix = given.pop("prefix", None)
    if not isinstance(router, Application) or len(event.args) > 1 or "**" in given:
        sheet.doubt("a router is included that is not known", event.place)
        return
    if router.cls is not None and isinstance(router.cls, Class) and router.cls.names:
        sheet.doubt("the application's class may do more than the framework's", router.place)
    if any(level is router.kwargs for level in levels) or len(levels) > 40:  # noqa: PLR2004
        sheet.doubt("a router is included in itself", event.place)
        return
    _refuse_others(sheet, router)
    inside = [*path, *([prefix] if prefix is not None else [])]
    for route in routes_of(sheet, router, inside, [*levels, given], guards):
        route.included = event.place
        yield route


def _refuse_others(sheet: Sheet, router: Application) -> None:
    """Doubt what an included router may hand on to the application other than routes."""
    for event in router.events:
        path = event.path
        routing = path in frameworks.DECORATORS | frameworks.METHODS
        hooks = ("on_event", "add_event_handler", "router.", "middleware", "add_middleware")
        if event.opaque or not routing or path.startswith(hooks):
            sheet.doubt("a router is changed in a way that is not known", event.place)
    if router.kwargs.keys() - frameworks.ROUTER_ARGUMENTS:
        sheet.doubt("a router has more than routes", router.place)


def _listed(
    sheet: Sheet, app: Application, listed: Value | None, levels: list[Arguments]
) -> Iterator[Route]:
    """Yield the routes that a constructor is given."""
    if listed is None or (isinstance(listed, Literal) and listed.value is None):
        return
    if not isinstance(listed, Items) or listed.changes:
        sheet.doubt("the application's routes are not known", app.place)
        return
    for item in listed.items:
        route = constructed(item)
        if route is None or len(levels) > 1:
            sheet.doubt("a route is not known", app.place)
            return
        yield route
