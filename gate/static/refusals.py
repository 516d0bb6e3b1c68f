"""What surely fails, or may: members that are not there, calls that do not fit, values of no use.

Where an exception may be swallowed it is doubted instead. What a module has may depend on a
condition.
"""

from __future__ import annotations

import builtins

from gate.static import frameworks, library, packages
from gate.static.events import Application, Part
from gate.static.members import in_class
from gate.static.scope import Module
from gate.static.shapes import shape
from gate.static.signatures import APPLICATIONS, COUNTS, SIGNATURES
from gate.static.values import (
    Class,
    Container,
    Function,
    Instance,
    Literal,
    Made,
    Opaque,
    Symbol,
    Value,
)
from gate.static.world import symbol

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place
    from gate.static.world import World

CLASSES = {kind: path for path, kind in APPLICATIONS.items()}
NOT_CALLABLE = (Literal, Container, Module, Application)
# Arguments of applications, routers and their methods, and what they surely cannot be.
TEXTS = {"path", "prefix"}
ANY_NAMES = {"dict", "type"}
NAMES = {
    **{"str": ("object", "encoding", "errors"), "bytes": ("source", "encoding", "errors")},
    **{"int": ("base",), "max": ("key", "default"), "min": ("key", "default")},
    **{"zip": ("strict",), "property": ("fget", "fset", "fdel", "doc")},
}
ITERATED = {"tags", "dependencies", "middleware", "routes", "methods", "callbacks"}
CALLED = {"endpoint", "dependency"}
ROOTED = {"prefix", "mount", "add_route", "add_websocket_route", "route", "websocket_route"}


def refuse_member(world: World, owner: Value, name: str, place: Place) -> None:
    """Raise Undecided for a member that ``owner`` may not have."""
    if _may_lack(world, owner, name):
        world.refuse(f"it has no {name}", place, "AttributeError")


def _may_lack(world: World, owner: Value, name: str) -> bool:
    match owner:
        case Literal(value=value):
            return not hasattr(value, name)
        case Application():
            return _application_lacks(owner, name)
        case Symbol(path=path):
            return _symbol_lacks(path, name, steady=not world.guards)
        case Class(plain=True) | Instance() if not name.startswith("__"):
            return _object_lacks(owner, name)
        case Made(callee=Symbol(path=path)):
            return _made_lacks(path, name) and not _was_set(world, owner, name)
    return False


def _made_lacks(path: str, name: str) -> bool:
    """Whether an object that a call of ``path`` makes has no such member by itself."""
    if path == "logging.getLogger":
        return not name.startswith("_") and name not in packages.OF_LOGGERS
    return path.startswith("starlette.middleware.") and name != "app"


def _symbol_lacks(path: str, name: str, *, steady: bool) -> bool:
    if name.startswith("__"):
        return False
    package, _, rest = path.partition(".")
    if package == "builtins":
        return not hasattr(getattr(builtins, rest, None), name)
    is_middleware = path.startswith("starlette.middleware.") and path in SIGNATURES
    home = symbol(f"{path}.{name}")
    return is_middleware or (steady and isinstance(home, Symbol) and library.lacks(home.path))


def _object_lacks(owner: Value, name: str) -> bool:
    cls = owner.cls if isinstance(owner, Instance) else owner
    attributes = owner.attributes if isinstance(owner, Instance) else vars(type)
    return (
        in_class(cls, name) is None
        and name not in attributes
        and in_class(cls, "__getattr__") is None
    )


def _was_set(world: World, owner: Value, name: str) -> bool:
    said = ("set", shape(owner), name)
    return any(effect[-1][:3] == said for effect, _ in world.effects)


def _application_lacks(owner: Application, name: str) -> bool:
    of_router = owner.kind in ("APIRouter", "Router")
    lacks = name not in frameworks.ATTRIBUTES
    lacks |= of_router and name in frameworks.OF_APPLICATIONS
    was_set = lacks and any(event.path == f"set {name}" for event in owner.events)
    return lacks and not was_set and _is_framework(owner.cls)


def _is_framework(cls: Value) -> bool:
    bare = isinstance(cls, Class) and not cls.names and all(map(_is_framework, cls.bases))
    return isinstance(cls, Symbol) or bare


def refuse_call(
    world: World, callee: Value, args: list[Value], kwargs: dict[str, Value], place: Place
) -> None:
    """Raise Undecided for a call that surely fails."""
    if isinstance(callee, NOT_CALLABLE) or _is_plain_object(callee):
        world.refuse("it cannot be called", place, "TypeError")
    if not isinstance(callee, Symbol):
        return
    short = callee.path.removeprefix("builtins.")
    least, most = COUNTS.get(short, (0, len(args)))
    counted = _has_spread(args) or least <= len(args) <= most
    if not (_takes(short, kwargs) if kwargs else counted) or library.refuses(
        callee.path, args, kwargs
    ):
        world.refuse(f"the call does not fit {short}()", place, "TypeError")
    if callee.path.rpartition(".")[0] in APPLICATIONS:
        world.refuse(f"{short}() is called of the class, not of an application", place)
    if short == "next" and len(args) == 1:
        world.refuse("next() may come to an end", place, "StopIteration")


def _takes(builtin: str, kwargs: dict[str, Value]) -> bool:
    """Whether a function of the interpreter of which nothing else is known takes these names."""
    if library.described(f"builtins.{builtin}") != library.NOT_KNOWN or builtin in ANY_NAMES:
        return True
    return kwargs.keys() <= {"**", *NAMES.get(builtin, ())}


def _is_plain_object(value: Value) -> bool:
    return isinstance(value, Instance) and in_class(value.cls, "__call__") is None


def _has_spread(args: list[Value]) -> bool:
    return any(isinstance(arg, Opaque) and arg.shape[0] == "?*" for arg in args)


def refuse_event(
    world: World, part: Part, args: list[Value], kwargs: dict[str, Value], place: Place
) -> None:
    """Raise Undecided for a call of a method of an application that surely fails."""
    path = known_as(part)
    if not path:
        return
    if library.lacks_member(path):
        world.refuse(f"not every version has {part.path}()", place, "AttributeError")
    if library.refuses(path, args, kwargs):
        world.refuse(f"the call does not fit {part.path}()", place, "TypeError")
    _refuse_values(world, part.path, library.named(path, args, kwargs), place)


def known_as(part: Part) -> str:
    """Return the full name of a method; "" for one of what is not known."""
    home, name = CLASSES[part.owner.kind], part.path
    if name.startswith("router.") and part.owner.kind == "FastAPI":
        home, name = CLASSES["APIRouter"], name.removeprefix("router.")
    first, _, below = name.partition(".")
    attribute = library.described(f"{home}.{first}") == library.NOT_CALLED
    return "" if below and attribute else f"{home}.{name}"


def refuse_construction(world: World, kind: str, call: Made) -> None:
    """Raise Undecided for a call of a constructor of an application that surely fails."""
    if not isinstance(call.callee, Symbol):
        return
    named = library.named(CLASSES[kind], call.args, call.kwargs)
    _refuse_values(world, kind, named, call.place)


def _refuse_values(world: World, method: str, named: dict[str, Value], place: Place) -> None:
    """Raise Undecided for an argument that surely cannot be what its name says."""
    for name, value in named.items():
        if (
            (name in TEXTS and _is_no_path(method, name, value))
            or (name in ITERATED and _is_no_list(value))
            or (name in CALLED and isinstance(value, NOT_CALLABLE) and not _is_none(value))
            or (name == "router" and _is_no_router(value))
        ):
            world.refuse(f"{method}() cannot take this as its {name}", place)


def _is_no_path(method: str, name: str, value: Value) -> bool:
    if not isinstance(value, Literal):
        return isinstance(value, (Function, Class, *NOT_CALLABLE))
    text = value.value
    if not isinstance(text, str):
        return True
    ends = name == "prefix" and text.endswith("/")
    return bool(text) and (ends or ({method, name} & ROOTED != set() and text[0] != "/"))


def _is_no_list(value: Value) -> bool:
    plain = isinstance(value, Literal) and not isinstance(value.value, str | bytes)
    return (plain and not _is_none(value)) or isinstance(value, Function | Class | Application)


def _is_no_router(value: Value) -> bool:
    if isinstance(value, Application):
        return value.kind != "APIRouter"
    return isinstance(value, (Literal, Function, Class, Container, Symbol))


def _is_none(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is None


def refuse_setting(world: World, name: str, value: Value, place: Place) -> None:
    """Raise Undecided for a setting of an application that cannot be in its document."""
    odd = isinstance(value, Function | Class | Module | Application | Container)
    if name in frameworks.TEXTS and odd:
        world.refuse(f"{name} cannot be this", place)


def refuse_iteration(world: World, value: Value, place: Place) -> None:
    """Raise Undecided for a loop over what surely has no items."""
    plain = isinstance(value, Literal) and not isinstance(value.value, str | bytes)
    if plain or isinstance(value, Function | Module | Application):
        world.refuse("it has no items", place, "TypeError")
