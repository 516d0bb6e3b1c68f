"""Facts of routes: what answers, with which options, behind which dependencies."""

from __future__ import annotations

from gate.static import frameworks, showing
from gate.static.dependencies import add_dependencies
from gate.static.documents import described, returned
from gate.static.events import Application
from gate.static.options import add_options
from gate.static.route import Route
from gate.static.routing import routes_of
from gate.static.shapes import shape
from gate.static.sheet import Fact, Sheet
from gate.static.values import Literal, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Shape

    Arguments = dict[str, Value]


def describe(sheet: Sheet, app: Application) -> list[tuple[str, Application]]:
    """Add the facts of every route; return what is mounted, with its path."""
    seen = _documentation(app)
    mounted: list[tuple[str, Application]] = []
    for route in routes_of(sheet, app, [], [], ()):
        for verb in sorted(route.verbs):
            subject = f"{verb} {route.path or '/'}" if verb == "mount" else f"{verb} {route.path}"
            if subject not in seen or route.guards:
                seen.add(subject)
                _add(sheet, route, verb, subject)
                if isinstance(route.endpoint, Application) and (route.guards or not route.sure):
                    sheet.doubt("whether an application is mounted is not known", route.place)
                elif isinstance(route.endpoint, Application):
                    mounted.append((route.path, route.endpoint))
            else:  # it never answers, and yet it is in the OpenAPI document
                what = ("?hidden", _all_of(route))
                fact = Fact("route", f"{subject} again", what, lambda: "", route.place)
                sheet.add(fact, sure=False)
    return mounted


def _documentation(app: Application) -> set[str]:
    """Return the routes that FastAPI adds first: one of the same path never answers."""
    if app.kind != "FastAPI":
        return set()
    named = {**frameworks.SETTINGS["FastAPI"], **app.kwargs}
    paths = []
    for name in ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url"):
        value = named[name]
        plain = value.value if isinstance(value, Literal) else value
        paths.append(plain if isinstance(plain, str) else "")
    return {f"{verb} {path}" for path in paths if path and paths[0] for verb in ("GET", "HEAD")}


def _add(sheet: Sheet, route: Route, verb: str, subject: str) -> None:
    fact = Fact("route", subject, (), lambda: subject, route.place)
    fact.included = route.included
    sheet.add(fact, sure=route.sure, guards=route.guards)
    if not route.sure or route.guards:
        _add_unsure(sheet, route, fact.name)
        return
    show = showing.called(route.endpoint)
    endpoint = Fact("endpoint", "endpoint", shape(route.endpoint), show, route.place)
    sheet.add(endpoint, subject=subject)
    if verb == "mount":
        name = route.own.get("name", Literal(None))
        show = showing.plain(name, None, "name")
        sheet.add(Fact("option", "name", shape(name), show, route.place), subject=subject)
    else:
        add_options(sheet, route, subject)
        add_dependencies(sheet, route, subject)


def _add_unsure(sheet: Sheet, route: Route, subject: str) -> None:
    """Add all that is known of a route in one fact, where it is not sure which route it is."""
    show = showing.called(route.endpoint)
    fact = Fact("endpoint", "endpoint", _all_of(route), show, route.place)
    sheet.add(fact, subject=subject, sure=False)


def _all_of(route: Route) -> Shape:
    levels = tuple(
        ("dict", *((("=", repr(name)), shape(level[name])) for name in sorted(level)))
        for level in route.levels
    )
    return (
        "list",
        shape(route.endpoint),
        described(route.endpoint),
        returned(route.endpoint),
        *levels,
    )
