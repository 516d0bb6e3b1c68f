"""Special methods of the tree's objects, which the interpreter calls by itself.

A truth test, an operator, a text, a member: each may run code of a class that defines the method.
"""

from __future__ import annotations

from gate.static.effects import touch
from gate.static.events import Application
from gate.static.members import member_of
from gate.static.operators import truth
from gate.static.reach import Reach
from gate.static.scope import Module
from gate.static.shapes import shape
from gate.static.values import Function, Got, Instance, Literal, Opaque, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.static.values import Place
    from gate.static.world import World

TRUTH = ("__bool__", "__len__")
TEXT = ("__str__", "__repr__", "__format__")
KEY = ("__hash__", "__eq__")
STEADY = (Literal, Symbol, Function)


def implied(world: World, values: Iterable[Value], names: Iterable[str], place: Place) -> bool:
    """Note that special methods ``names`` (any, where empty) of ``values`` may run; whether so."""
    wanted = world.special & set(names) if names else world.special
    values = [value for value in values if not isinstance(value, STEADY)]
    if not wanted or not values:
        return False
    if not any(wanted & cls.names.keys() for cls in Reach(values, idle=True).classes):
        return False
    touch(world, Reach(values), ("implied", *sorted(wanted), *map(shape, values)), place)
    return True


def tested(world: World, value: Value, place: Place) -> bool | None:
    """Return whether ``value`` counts as true; None where that is not known."""
    implied(world, [value], TRUTH, place)
    return truth(value)


def asked(world: World, owner: Value, name: str, place: Place) -> Value | None:
    """Return the member ``name`` as :func:`member_of` does; note the code that asking runs."""
    found = member_of(owner, name)
    if isinstance(owner, Module):
        getter = owner.scope.names.get("__getattr__")
        if isinstance(found, Got) and getter is not None:
            touch(world, Reach([getter]), ("asked", shape(found)), place)
        return found
    if isinstance(owner, Application):
        return found  # its class is looked at where it is described
    lacking = ("__getattr__",) if isinstance(found, Got) else ()
    ran = implied(world, [owner], ("__getattribute__", *lacking, name), place)
    if isinstance(owner, Instance) and (ran or isinstance(found, Got)):
        # As it is now: what the object holds may be something else later.
        return Opaque(("?got", shape(owner), name), (Got(owner, name),))
    return Got(owner, name) if ran else found
