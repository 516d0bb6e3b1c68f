"""What is not known to work on values: members, items, loops, keys, operators."""

from __future__ import annotations

import _ast as ast
import builtins

from gate.static import frameworks, importable, known, library, packages
from gate.static.effects import origin
from gate.static.events import Application, Part
from gate.static.fields import MODELS, derives
from gate.static.generics import is_generic, is_of_union, is_type
from gate.static.kinds import NUMBERS, kinds, of_binary
from gate.static.members import in_class, lineage
from gate.static.refusals import known_as
from gate.static.scope import Module
from gate.static.suits import hashable, is_a
from gate.static.values import (
    Class,
    Function,
    Got,
    Instance,
    Items,
    Opaque,
    Symbol,
    Unsure,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gate.static.values import Place
    from gate.static.world import World

TYPES: dict[str, type[Any]] = {
    **{"list": list, "tuple": tuple, "set": set, "dict": dict, "str": str, "bytes": bytes},
    **{"int": int, "float": float, "bool": bool, "none": type(None)},
}
OF_FUNCTIONS = {"__name__", "__doc__", "__module__", "__qualname__"}


def is_outside(*values: Value) -> bool:
    """Whether a package other than the frameworks has to know."""
    return any(packages.is_other(origin(value)) for value in values)


def doubt_member(world: World, owner: Value, name: str, found: Value, place: Place) -> None:
    """Note a member that is asked for, unless it surely is there."""
    if type(found) is Unsure or not _has(world, owner, name, found):
        reason = f"whether it has {name} is not known"
        world.doubt(reason, place, "AttributeError", outside=is_outside(owner))


def _has(world: World, owner: Value, name: str, found: Value) -> bool:
    if isinstance(owner, Symbol):
        return _symbol_has(world, owner, name, found)
    if isinstance(owner, Module):
        return not isinstance(found, Got)
    test = _HAVE.get(type(owner))
    return _kind_has(kinds(owner), name) if test is None else test(owner, name)


def _class_has(owner: Class, name: str) -> bool:
    hidden = derives(owner, MODELS) or is_outside(owner)
    return name in OF_FUNCTIONS or (in_class(owner, name) is not None and not hidden)


def _kind_has(found: frozenset[str], name: str) -> bool:
    return bool(found) and all(
        name in dir(TYPES[kind]) if kind in TYPES else known.line(f"{kind}.{name}") is not None
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


_HAVE: dict[type[Value], Callable[[Any, str], bool]] = {
    Part: _application_has,
    Application: _application_has,
    Class: _class_has,
    Instance: lambda owner, name: name in owner.attributes or in_class(owner.cls, name) is not None,
    Function: lambda _, name: name in OF_FUNCTIONS,
}


def doubt_item(world: World, owner: Value, index: Value, place: Place) -> None:
    """Note an item that is asked for, unless it is a generic type with its parameters."""
    generic = isinstance(owner, Symbol) and owner.path in GENERIC_BASES
    if not (generic or is_generic(owner, index)):
        world.doubt("whether it has this item is not known", place, outside=is_outside(owner))


GENERIC_BASES = {"typing.Generic", "typing.Protocol", "logging.StreamHandler"}


def doubt_iteration(world: World, value: Value, place: Place) -> None:
    """Note a loop over a value, unless it surely has items."""
    if not is_a(value, "str,list,tuple,set,dict,bytes,view,range,iterator"):
        world.doubt("whether it has items is not known", place, outside=is_outside(value))


def doubt_key(world: World, values: list[Value], place: Place) -> None:
    """Note keys, unless they surely can be that."""
    if not all(map(hashable, values)):
        world.doubt("whether it can be a key is not known", place, "TypeError")


def doubt_binary(world: World, name: str, values: list[Value], result: Value, place: Place) -> None:
    """Note an operator, unless its result is known, or what it is used on surely takes it."""
    if not isinstance(result, Opaque):
        return
    left, right = values
    is_union = (is_type(left) or is_type(right)) and is_of_union(left) and is_of_union(right)
    if not (name == "BitOr" and is_union) and not of_binary(name, left, right):
        world.doubt("whether this operator takes this is not known", place)


def doubt_unary(world: World, name: str, value: Value, place: Place) -> None:
    """Note an operator before a value, unless it surely takes it."""
    if name != "Not" and not is_a(value, "int" if name == "Invert" else "number"):
        world.doubt("whether this operator takes this is not known", place)


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
        works = (bool(one and other) and (one | other) <= NUMBERS) or one == other == {"str"}
        works |= one == {"sys.version_info"} and _is_version(right)
    if not works:
        world.doubt("whether these can be compared is not known", place)


def _is_version(value: Value) -> bool:
    return isinstance(value, Items) and value.kind == "tuple" and is_a(value, "numbers")


def doubt_set(world: World, owner: Value, name: str, value: Value, place: Place) -> None:
    """Note ``owner.name = …``, unless it surely can be set."""
    match owner:
        case Application():
            kind = known.kind_of_argument("fastapi.applications.FastAPI", name)
            kind = kind.replace("filled", "str")  # an empty one is refused by the constructor alone
            works = name in frameworks.SETTABLE and bool(kind) and is_a(value, kind)
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
