"""Facts of a route's options, from the route and from every level around it."""

from __future__ import annotations

from gate.static import frameworks, showing
from gate.static.documents import described, returned
from gate.static.shapes import shape
from gate.static.sheet import Fact, Sheet
from gate.static.values import Function, Items, Literal, Pairs, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.static.route import Route
    from gate.static.values import Shape

    Option = tuple[str, Shape, Callable[[], str]]

# What has facts of its own, or is no option.
OTHERWISE = frozenset({"dependencies", "route_class", "response_model", "description", "name"})
NONE = ("=", "None")


def add_options(sheet: Sheet, route: Route, subject: str) -> None:
    """Add a fact for each option; those that nothing says have their defaults."""
    for name, what, show in (*_plain(route), *_of_levels(route), *_derived(route)):
        known = name in frameworks.OPTIONS or name in frameworks.LEVELS or name in OTHERWISE
        sheet.add(Fact("option", name, what, show, route.place), subject=subject, sure=known)
    defined = [level["route_class"] for level in route.levels[-2:-1] if "route_class" in level]
    default = Symbol(frameworks.DEFAULTS["route_class"])
    cls = (*defined, default)[0]
    fact = Fact("route class", "class", shape(cls), showing.called(cls), route.place)
    sheet.add(fact, subject=subject)


def _plain(route: Route) -> Iterator[Option]:
    """Yield the options that only a route has, those that no table knows too."""
    own = route.own
    others = [n for n in own if n not in {*frameworks.OPTIONS, *frameworks.LEVELS, *OTHERWISE}]
    for name in (*frameworks.OPTIONS, *others):
        value, default = own.get(name), frameworks.OPTIONS.get(name)
        what = ("=", repr(default)) if value is None else shape(value)
        yield name, what, showing.plain(value, default, name)


def _of_levels(route: Route) -> Iterator[Option]:
    for name, (at_levels, how) in frameworks.LEVELS.items():
        what = _together(route, name, at_levels, how)
        yield name, what, showing.of_shape(what)


def _derived(route: Route) -> Iterator[Option]:
    """Yield the options whose defaults come from the endpoint."""
    own = route.own
    derived = {
        "name": _name(route.endpoint),
        "response_model": returned(route.endpoint),
        "description": described(route.endpoint),
    }
    for name, default in derived.items():
        what = shape(own[name]) if name in own else default
        if what == NONE and name != "response_model":
            what = default  # None asks for the default
        yield name, what, showing.plain(own.get(name), None, name)


def _name(endpoint: Value) -> Shape:
    if isinstance(endpoint, Function):
        return ("=", repr(endpoint.name.rpartition(".")[2]))
    return ("?name of", shape(endpoint))


def _together(route: Route, name: str, at_levels: str, how: str) -> Shape:
    """Bring together what the levels say of an option, the outermost first."""
    said = [level[at_levels] for level in route.levels[:-1] if at_levels in level]
    if name in route.own:
        said.append(route.own[name])
    shapes = [shape(value) for value in said if not _is_nothing(value)]
    if how == "innermost":
        return shapes[-1] if shapes else ("symbol", frameworks.DEFAULTS[name])
    if how == "all":
        if name == "tags" and all(isinstance(v, Items) and not v.changes for v in said):
            return ("list", *(part for what in shapes for part in what[1:]))
        nothing = ("dict",) if name == "responses" else ("list",)
        return (*shapes, nothing)[0] if len(shapes) < 2 else ("merged", *shapes)  # noqa: PLR2004
    # any: true at one level; every: true at all of them, as which they begin
    begin = how == "every"
    deciding = ("=", repr(not begin))
    if deciding in shapes:
        return deciding
    unknown = [what for what in shapes if what not in (("=", "True"), ("=", "False"))]
    return ("?levels", *unknown) if unknown else ("=", repr(begin))


def _is_nothing(value: Value) -> bool:
    """Whether a level says nothing by this value: None, [] and {} are alike."""
    if isinstance(value, Literal):
        return value.value is None
    return isinstance(value, Items | Pairs) and not value.changes and not shape(value)[1:]
