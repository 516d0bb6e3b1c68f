"""What is not known to work: calls, and what applications are given.

Entry points are "the same" only where all that was read surely raises nothing: where both fail
alike, nothing is built. What is in no table is noted as a doubt, with its line.
"""

from __future__ import annotations

from gate.static import frameworks, known, packages
from gate.static import given as _given  # noqa: F401 - it fills the table of tests
from gate.static.endpoints import is_endpoint, is_plain_endpoint
from gate.static.events import Application, Event, Part
from gate.static.functions import bound
from gate.static.kinds import callee
from gate.static.operands import is_outside
from gate.static.refusals import known_as
from gate.static.suits import is_a
from gate.static.templates import parameters
from gate.static.values import Class, Function, Literal, Made, Opaque, Symbol, Value
from gate.static.world import ANYTHING

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place
    from gate.static.world import World

ROUTES = frameworks.HTTP_METHODS | {"api_route", "websocket"}
ADDED = {"add_api_route", "add_api_websocket_route"}
FASTAPI = "fastapi.applications.FastAPI"


def doubt_call(world: World, made: Made) -> None:
    """Note a call that is not followed, unless it surely works."""
    path = callee(made.callee)
    if not _works(world, made, path):
        name = path.removeprefix("builtins.")
        what = f"{name}() takes this" if name else "this call fails"
        error = "Exception" if is_known(path) else ANYTHING
        outside = is_outside(made.callee)
        world.doubt(f"whether {what} is not known", made.place, error, outside=outside)


def is_known(path: str) -> bool:
    """Whether a call of ``path`` surely ends, in an exception or not."""
    return known.entry(path) is not None


def _works(world: World, made: Made, path: str) -> bool:
    args, kwargs = made.args, made.kwargs
    if isinstance(made.callee, Made):
        return _decorates(world, made)
    entry = known.entry(path)
    if entry is None or not entry.called or entry.lacks(args, kwargs) or has_spread(args, kwargs):
        return False
    if "default_factory" in kwargs and (args or "default" in kwargs):
        return False  # of a field, which begins with one of them
    return all(kind and is_a(value, kind) for _, value, kind in entry.given(args, kwargs))


def _decorates(world: World, made: Made) -> bool:
    """Whether what a call has made is a decorator and takes this, or makes a context of it."""
    callee = made.callee
    assert isinstance(callee, Made)  # noqa: S101 - it was asked
    bare = bool(callee.args) and isinstance(callee.args[0], Function)
    if is_a(callee, "decorator") and not bare:
        return len(made.args) == 1 and not made.kwargs and isinstance(made.args[0], Function)
    maker, function = callee.callee, callee.args[0] if len(callee.args) == 1 else None
    is_context = isinstance(maker, Symbol) and maker.path in packages.CONTEXTS
    return (
        is_context
        and isinstance(function, Function)
        and bound(world, function, made.args, made.kwargs, made.place) is not None
    )


def has_spread(args: list[Value], kwargs: dict[str, Value]) -> bool:
    """Whether some arguments are not known."""
    return "**" in kwargs or any(isinstance(a, Opaque) and a.shape[0] == "?*" for a in args)


def doubt_event(
    world: World, part: Part, args: list[Value], kwargs: dict[str, Value], place: Place
) -> None:
    """Note a call of a method of an application, unless it surely works."""
    path = known_as(part)
    entry = known.entry(path or "")
    if path == "" and part.owner.kind in ("FastAPI", "Starlette"):
        entry = known.entry(f"{FASTAPI}.{part.path}")
    if entry is None or not entry.called or entry.lacks(args, kwargs) or has_spread(args, kwargs):
        world.doubt(f"whether {part.path}() works is not known", place)
        return
    for name, value, kind in entry.given(args, kwargs):
        if not kind or not is_a(value, kind):
            world.doubt(f"whether {part.path}() takes this {name} is not known", place)
            return
    named = {name: value for name, value, _ in entry.given(args, kwargs)}
    if part.path == "include_router" and named.get("router") is part.owner:
        world.doubt("a router is included in itself", place)
    if "{" in _text(named.get("prefix")):
        world.doubt("whether a parameter is in the path twice is not known", place)
    if part.path in ADDED:
        _doubt_endpoint(world, part.owner, named["endpoint"], named, place)


def doubt_target(world: World, owner: Application, event: Event, target: Value) -> None:
    """Note what a decorator of an application is put on, unless it surely takes it."""
    if event.path in ROUTES:
        named = dict(zip(("path",), event.args, strict=False)) | event.kwargs
        _doubt_endpoint(world, owner, target, named, event.place)
    elif not is_plain_endpoint(target):
        world.doubt(f"whether {event.path}() takes this is not known", event.place)


def _doubt_endpoint(
    world: World, owner: Application, endpoint: Value, named: dict[str, Value], place: Place
) -> None:
    prefix = _text(owner.kwargs.get("prefix"))
    path = prefix + _text(named.get("path"))
    names = parameters(path)
    if not path or names is None or not is_endpoint(endpoint, names, named):
        world.doubt("whether FastAPI takes this endpoint is not known", place)


def _text(value: Value | None) -> str:
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""


def doubt_construction(world: World, path: str, call: Made) -> None:
    """Note the making of an application, unless it surely works."""
    entry = known.entry(path)
    cls = call.callee
    while isinstance(cls, Class):
        own = cls.names.keys() - HARMLESS
        if own or len(cls.bases) != 1:
            world.doubt("what the application's class does is not known", call.place)
            return
        cls = cls.bases[0]
    if entry is None or has_spread(call.args, call.kwargs):
        world.doubt("whether this can be made is not known", call.place)
        return
    for name, value, kind in entry.given(call.args, call.kwargs):
        if not kind or not is_a(value, kind):
            world.doubt(f"whether it can be made with this {name} is not known", call.place)
            return


# What a class of an application may say for itself. Its own document is for itself to build.
HARMLESS = {"__module__", "__qualname__", "__doc__", "__annotations__", "openapi"}
