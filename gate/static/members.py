"""Members of values: ``value.name``, without running anything."""

from __future__ import annotations

from gate.static.events import Application, Part
from gate.static.scope import Module
from gate.static.values import Class, Function, Got, Instance, Made, Method, Symbol, Value
from gate.static.world import symbol

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


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
    if not isinstance(cls, Class):
        return None
    if name in cls.names:
        return cls.names[name]
    found = (in_class(base, name) for base in cls.bases)
    return next((value for value in found if value is not None), None)


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
