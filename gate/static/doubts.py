"""What is not known to work: calls, members, items, operators, names.

Entry points are "the same" only where all that was read surely raises nothing: where both fail
alike, nothing is built. What is in no table is noted as a doubt, with its line.
"""

from __future__ import annotations

import _ast as ast
import builtins

from gate.static import frameworks, importable, known, library, packages
from gate.static import given as _given  # noqa: F401 - it fills the table of tests
from gate.static.endpoints import is_endpoint, is_plain_endpoint
from gate.static.effects import origin
from gate.static.events import Application, Event, Part
from gate.static.functions import bound
from gate.static.fields import MODELS, derives, is_generic, is_of_union, is_type
from gate.static.kinds import NUMBERS, callee, hashable, is_a, kinds, of_binary
from gate.static.members import in_class, lineage
from gate.static.refusals import known_as
from gate.static.scope import Module
from gate.static.templates import parameters
from gate.static.values import (
    Class,
    Function,
    Got,
    Instance,
    Items,
    Literal,
    Made,
    Opaque,
    Symbol,
    Unsure,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place
    from gate.static.world import World

TYPES = {"list": list, "tuple": tuple, "set": set, "dict": dict, "str": str, "bytes": bytes}
TYPES |= {"int": int, "float": float, "bool": bool, "none": type(None)}
OF_FUNCTIONS = {"__name__", "__doc__", "__module__", "__qualname__"}
ROUTES = frameworks.HTTP_METHODS | {"api_route", "websocket"}
ADDED = {"add_api_route", "add_api_websocket_route"}


def doubt_call(world: World, made: Made) -> None:
    """Note a call that is not followed, unless it surely works."""
    path = callee(made.callee)
    if not _works(world, made, path):
        name = path.removeprefix("builtins.")
        what = f"{name}() takes this" if name else "this call fails"
        world.doubt(f"whether {what} is not known", made.place, outside=_is_outside(made.callee))


def _works(world: World, made: Made, path: str) -> bool:
    args, kwargs = made.args, made.kwargs
    if isinstance(made.callee, Made):
        return _decorates(world, made)
    entry = known.entry(path)
    if entry is None or not entry.called or entry.lacks(args, kwargs) or has_spread(args, kwargs):
        return False
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


def _is_outside(*values: Value) -> bool:
    """Whether a package other than the frameworks has to know."""
    return any(packages.is_other(origin(value)) for value in values)


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
        entry = known.entry(f"fastapi.applications.FastAPI.{part.path}")
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


def doubt_member(world: World, owner: Value, name: str, found: Value, place: Place) -> None:
    """Note a member that is asked for, unless it surely is there."""
    if not _has(world, owner, name, found):
        reason = f"whether it has {name} is not known"
        world.doubt(reason, place, "AttributeError", outside=_is_outside(owner))


def _has(world: World, owner: Value, name: str, found: Value) -> bool:
    match owner:
        case Module():
            return not isinstance(found, Got | Unsure)
        case Symbol():
            return _symbol_has(world, owner, name, found)
        case Part() | Application():
            return _application_has(owner, name)
        case Class():
            hidden = derives(owner, MODELS) or _is_outside(owner)
            return name in OF_FUNCTIONS or (in_class(owner, name) is not None and not hidden)
        case Instance():
            return name in owner.attributes or in_class(owner.cls, name) is not None
        case Function():
            return name in OF_FUNCTIONS
    return _kind_has(kinds(owner), name)


def _kind_has(found: frozenset[str], name: str) -> bool:
    return bool(found) and all(
        hasattr(TYPES[kind], name) if kind in TYPES else known.line(f"{kind}.{name}") is not None
        for kind in found
    )


def _symbol_has(world: World, owner: Symbol, name: str, found: Value) -> bool:
    path = f"{owner.path}.{name}"
    if owner.path.startswith("builtins."):
        return hasattr(getattr(builtins, owner.path.removeprefix("builtins."), None), name)
    if importable.is_module(path):
        return path in world.submodules or path in importable.LOADED
    return importable.has(owner.path, name, found)


def _application_has(owner: Application | Part, name: str) -> bool:
    app, path = (owner.owner, f"{owner.path}.{name}") if isinstance(owner, Part) else (owner, name)
    if any(event.path == f"set {path}" for event in app.events):
        return True
    if in_class(app.cls, path) is not None:
        return True
    full = known_as(Part(app, path))
    if not full or "." in path:
        is_full = app.kind == "FastAPI"
        return is_full and known.line(f"fastapi.applications.FastAPI.{path}") is not None
    return library.described(full) is not None


def doubt_item(world: World, owner: Value, index: Value, place: Place) -> None:
    """Note an item that is asked for, unless it is a generic type with its parameters."""
    generic = isinstance(owner, Symbol) and owner.path in GENERIC_BASES
    if not (generic or is_generic(owner, index)):
        world.doubt("whether it has this item is not known", place, outside=_is_outside(owner))


GENERIC_BASES = {"typing.Generic", "typing.Protocol", "logging.StreamHandler"}


def doubt_iteration(world: World, value: Value, place: Place) -> None:
    """Note a loop over a value, unless it surely has items."""
    if not is_a(value, "str,list,tuple,set,dict,bytes"):
        world.doubt("whether it has items is not known", place, outside=_is_outside(value))


def doubt_key(world: World, values: list[Value], place: Place) -> None:
    """Note keys, unless they surely can be that."""
    if not all(map(hashable, values)):
        world.doubt("whether it can be a key is not known", place, "TypeError")



def doubt_binary(
    world: World, name: str, values: list[Value], result: Value, place: Place
) -> None:
    """Note an operator, unless its result is known, or what it is used on surely takes it."""
    if not isinstance(result, Opaque):
        return
    left, right = values
    if name == "BitOr" and (is_type(left) or is_type(right)):
        if is_of_union(left) and is_of_union(right):
            return
    if not of_binary(name, left, right):
        world.doubt("whether this operator takes this is not known", place, "TypeError")


def doubt_unary(world: World, name: str, value: Value, place: Place) -> None:
    """Note an operator before a value, unless it surely takes it."""
    if name != "Not" and not is_a(value, "number"):
        world.doubt("whether this operator takes this is not known", place, "TypeError")


def doubt_compared(
    world: World, operation: ast.cmpop, left: Value, right: Value, place: Place
) -> None:
    """Note a comparison, unless what is compared surely can be."""
    one, other = kinds(left), kinds(right)
    if isinstance(operation, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
        return
    if isinstance(operation, ast.In | ast.NotIn):
        in_text = one <= {"str"} and other <= {"str"} and bool(one)
        in_others = other <= {"list", "tuple", "set", "dict"} and hashable(left)
        works = bool(other) and (in_text or in_others)
    else:
        works = bool(one and other) and (one | other) <= NUMBERS or one == other == {"str"}
        works |= one == {"sys.version_info"} and _is_version(right)
    if not works:
        world.doubt("whether these can be compared is not known", place, "TypeError")


def _is_version(value: Value) -> bool:
    return isinstance(value, Items) and value.kind == "tuple" and is_a(value, "numbers")


def doubt_set(world: World, owner: Value, name: str, place: Place) -> None:
    """Note ``owner.name = …``, unless it surely can be set."""
    match owner:
        case Application():
            works = name in frameworks.SETTABLE
        case Part(path=path):
            works = path == "state"
        case Instance(cls=cls):
            works = all("__slots__" not in one.names for one in lineage(cls))
        case Class(plain=plain):
            works = plain
        case _:
            works = isinstance(owner, Module | Function)
    if not works:
        world.doubt(f"whether {name} can be set is not known", place)
