"""Members of values: ``value.name``, without running anything."""

from __future__ import annotations

from gate.static.events import Application, Part
from gate.static.scope import Module
from gate.static.values import (
    Class,
    Function,
    Got,
    Instance,
    Made,
    Method,
    Symbol,
    Value,
)
from gate.static.world import symbol

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DESCRIPTORS = ("__get__", "__set__", "__delete__")
PLAIN_DECORATORS = ("builtins.classmethod", "builtins.staticmethod")
# Special names that nothing but a definition, a construction or a call looks at.
EXPLICIT = frozenset(
    (
        *("__init__", "__new__", "__module__", "__qualname__", "__doc__", "__slots__"),
        *("__annotations__", "__call__", "__post_init__", "__set_name__", "__init_subclass__"),
        *("__enter__", "__exit__", "__aenter__", "__aexit__", "__aiter__", "__anext__"),
        *("__match_args__", "__await__", "__all__", "__tablename__", "__table_args__"),
    )
)


def member_of(owner: Value, name: str) -> Value | None:
    """Return the member ``name``; None where ``owner`` surely has none.

    A submodule that nothing has imported yet is no member.
    """
    find = _MEMBERS.get(type(owner))
    return Got(owner, name) if find is None else find(owner, name)


def computed(owner: Value, name: str) -> Function | None:
    """Return the function behind a property of an object of the tree, or None."""
    found = in_class(owner.cls, name) if isinstance(owner, Instance | Application) else None
    if isinstance(found, Made) and isinstance(found.callee, Symbol) and len(found.args) == 1:
        function = found.args[0]
        is_property = found.callee.path in ("builtins.property", "functools.cached_property")
        return function if is_property and isinstance(function, Function) else None
    return None


def in_class(cls: Value, name: str) -> Value | None:
    """Return what a class of the tree or one of its bases in the tree defines as ``name``."""
    found = (one.names[name] for one in lineage(cls) if name in one.names)
    return next(found, None)


def lineage(cls: Value) -> list[Class]:
    """Return a class of the tree and its bases in the tree, in the order they are asked in."""
    if not isinstance(cls, Class):
        return []
    rest = [lineage(base) for base in cls.bases]
    found = [cls]
    while any(rest):  # as the interpreter merges them, its algorithm C3
        heads = [line[0] for line in rest if line]
        free = [h for h in heads if not any(h in line[1:] for line in rest)]
        found.append((*free, *heads)[0])
        rest = [[one for one in line if one is not found[-1]] for line in rest]
    return found


def special(cls: Class) -> set[str]:
    """Return the names in a class behind which is code that the interpreter may run by itself."""
    return {name for name, value in cls.names.items() if is_special(name) or _acts(value)}


def is_special(name: str) -> bool:
    """Whether a method of this name is called by operators, texts, tests and the like."""
    return name.startswith("__") and name.endswith("__") and name not in EXPLICIT


def _acts(value: Value) -> bool:
    """Whether a member of a class may run code where it is asked for: a property, a descriptor."""
    if isinstance(value, Instance):
        return any(in_class(value.cls, name) is not None for name in DESCRIPTORS)
    known = isinstance(value, Made) and isinstance(value.callee, Symbol)
    if known and value.callee.path in PLAIN_DECORATORS:  # type: ignore[attr-defined] # it is made by a symbol
        return False
    return isinstance(value, Made) and any(isinstance(v, Function | Class) for v in value.args)


def _of_application(owner: Application, name: str) -> Value:
    found = in_class(owner.cls, name)
    if isinstance(found, Function):
        return Method(owner, found)
    return Part(owner, name) if found is None else Got(owner, name)


def _of_class(owner: Class, name: str) -> Value:
    found = in_class(owner, name)
    # A metaclass or a descriptor makes something else of what the body says: an enumeration.
    unsure = found is None or not owner.plain or isinstance(found, Made)
    return Got(owner, name) if unsure or found is None else found


def _of_instance(owner: Instance, name: str) -> Value:
    if name in owner.attributes:
        return owner.attributes[name]
    found = in_class(owner.cls, name)
    if isinstance(found, Function):
        return Method(owner, found)
    return Got(owner, name) if found is None or isinstance(found, Made) else found


def _of_module(owner: Module, name: str) -> Value | None:
    found = owner.scope.names.get(name)
    unsure = owner.open or not owner.complete or "__getattr__" in owner.scope.names
    return Got(owner, name) if found is None and unsure else found


_MEMBERS: dict[type[Value], Callable[[Any, str], Value | None]] = {
    Symbol: lambda owner, name: symbol(f"{owner.path}.{name}"),
    Module: _of_module,
    Application: _of_application,
    Part: lambda owner, name: Part(owner.owner, f"{owner.path}.{name}"),
    Class: _of_class,
    Instance: _of_instance,
}
