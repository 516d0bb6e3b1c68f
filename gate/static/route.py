"""A route, from the event or the constructor that makes it."""

from __future__ import annotations

from gate.static import frameworks, showing
from gate.static.events import Event
from gate.static.shapes import shape
from gate.static.sheet import Sheet, text
from gate.static.values import Function, Items, Literal, Made, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Place, Shape

Arguments = dict[str, Value]
PLAIN = {"route", "websocket_route", "add_route", "add_websocket_route", "host"}
STARLETTE = {
    "starlette.routing.Route": ("path", "endpoint"),
    "starlette.routing.WebSocketRoute": ("path", "endpoint"),
    "starlette.routing.Mount": ("path", "app", "routes", "name"),
    "fastapi.routing.APIRoute": ("path", "endpoint"),
    "fastapi.routing.APIWebSocketRoute": ("path", "endpoint"),
}


class Route:
    """A route: its ``verbs`` and ``path``, what answers, and what each level around it says.

    ``levels`` go from the application's constructor to the route's own arguments.
    """

    def __init__(
        self,
        verbs: list[str],
        path: list[Value],
        endpoint: Value,
        levels: list[Arguments],
        *,
        place: Place,
        guards: Shape = (),
    ) -> None:
        self.verbs = verbs
        self.endpoint = endpoint
        self.levels = levels
        self.place = showing.definition(endpoint) or place
        self.guards = guards
        self.included: Place = place
        self.sure = all(isinstance(part, Literal) for part in path)
        self.path = "".join(
            str(p.value) if isinstance(p, Literal) else text(shape(p)) for p in path
        )

    @property
    def own(self) -> Arguments:
        """The route's own arguments."""
        return self.levels[-1]


def routed(
    sheet: Sheet, event: Event, path: list[Value], levels: list[Arguments], guards: Shape
) -> Iterator[Route]:
    """Yield the route that an event adds, if it adds one."""
    name = event.path
    routing = name in frameworks.HTTP_METHODS | PLAIN | {"api_route", "websocket", "mount"}
    if not routing and name not in ("add_api_route", "add_api_websocket_route"):
        return
    names: tuple[str, ...] = ("path", "endpoint") if event.target is None else ("path",)
    if name == "mount":
        names = ("path", "app", "name")
    given: Arguments = dict(zip(names, event.args, strict=False)) | event.kwargs
    endpoint = event.target or given.pop("endpoint", None) or given.pop("app", None)
    own_path = given.pop("path", None)
    if len(event.args) > len(names) or endpoint is None or own_path is None or "**" in given:
        sheet.doubt("a route is not known", event.place)
        return
    plain = name in PLAIN
    verbs = _verbs(name, given, endpoint, plain=plain)
    if verbs is None:
        sheet.doubt("a route is not known", event.place)
        return
    if name == "mount" and isinstance(own_path, Literal):
        own_path = Literal(str(own_path.value).rstrip("/"))
    around = [{}] if plain or name == "mount" else levels
    yield Route(
        verbs, [*path, own_path], endpoint, [*around, given], place=event.place, guards=guards
    )


def _verbs(name: str, given: Arguments, endpoint: Value, *, plain: bool) -> list[str] | None:
    """Return the methods of a route, as the comparison at run time names them."""
    if name in frameworks.HTTP_METHODS:
        return [name.upper()]
    for kind in ("websocket", "mount"):
        if kind in name.lower():
            return [kind]
    methods = given.pop("methods", None)
    if methods is None or (isinstance(methods, Literal) and methods.value is None):
        known = name != "host" and (not plain or isinstance(endpoint, Function))
        return ["GET"] if known else None
    return _listed_verbs(methods, plain=plain)


def _listed_verbs(methods: Value, *, plain: bool) -> list[str] | None:
    items = methods.items if isinstance(methods, Items) and not methods.changes else []
    verbs = {str(item.value).upper() for item in items if isinstance(item, Literal)}
    if plain and "GET" in verbs:
        verbs.discard("HEAD")  # plain Starlette answers HEAD wherever it answers GET
    return list(verbs) if verbs and all(isinstance(item, Literal) for item in items) else None


def constructed(item: Value) -> Route | None:
    """Return the route that a constructor of Starlette's makes."""
    if not isinstance(item, Made) or not isinstance(item.callee, Symbol):
        return None
    names = STARLETTE.get(item.callee.path)
    kind = item.callee.path.rpartition(".")[2]
    if names is None or len(item.args) > len(names) or "**" in item.kwargs:
        return None
    given: Arguments = dict(zip(names, item.args, strict=False)) | item.kwargs
    path, endpoint = given.pop("path", None), given.pop("endpoint", None) or given.pop("app", None)
    if path is None or endpoint is None or kind.startswith("API"):
        return None
    verbs = _verbs(kind, given, endpoint, plain=True)
    if kind == "Mount" and isinstance(path, Literal):
        path = Literal(str(path.value).rstrip("/"))
    return Route(verbs, [path], endpoint, [{}, given], place=item.place) if verbs else None
