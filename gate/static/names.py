"""Names, and what is inside of what they stand for: members and items."""

from __future__ import annotations

import _ast as ast

from gate.static import operators
from gate.static.annotations import MAYBE
from gate.static.calls import call
from gate.static.core import evaluate
from gate.static.events import Application, Part
from gate.static.frameworks import DECORATORS
from gate.static.members import computed, in_class
from gate.static.operands import doubt_item, doubt_member
from gate.static.packages import FRAMEWORKS, INERT, MIRRORS, is_standard
from gate.static.protocols import KEY, asked, implied
from gate.static.refusals import refuse_member
from gate.static.scope import Module, Scope
from gate.static.shapes import shape
from gate.static.signatures import SIGNATURES
from gate.static.values import (
    Class,
    Container,
    Got,
    Instance,
    Items,
    Literal,
    Made,
    Opaque,
    Pairs,
    Symbol,
    Undecided,
    Unsupported,
    Unsure,
    Value,
)
from gate.static.world import World, place_of


def follow_constant(_world: World, _scope: Scope, node: ast.Constant) -> Value:
    """A constant."""
    return Literal(node.value)


def follow_name(world: World, scope: Scope, node: ast.Name) -> Value:
    """A name."""
    found = scope.find(node.id)
    if type(found) is Unsure:
        world.doubt(MAYBE.format(node.id), place_of(node, scope.module), "NameError")
    if found is not None:
        return _plain(found, node, scope)
    place = place_of(node, scope.module)
    world.refuse(f"the name {node.id} is not defined", place, "NameError")
    return Opaque(("?global", shape(scope.module), node.id))


def follow_attribute(world: World, scope: Scope, node: ast.Attribute) -> Value:
    """``a.b``."""
    owner, asks_for = evaluate(world, scope, node.value), scope.attribute(node.attr)
    if type(owner) is Application and type(owner.cls) is Symbol and asks_for in DECORATORS:
        return Part(owner, asks_for)
    place = place_of(node, scope.module)
    getter = computed(owner, asks_for)
    if getter is not None:
        return call(world, getter, [owner], {}, place)
    found = asked(world, owner, asks_for, place)
    if found is not None:
        refuse_member(world, owner, asks_for, place)
        doubt_member(world, owner, asks_for, found, place)
        return _later(world, _plain(found, node, scope))
    name = owner.name if isinstance(owner, Module) else "it"
    world.refuse(f"{name} has no {node.attr}", place, "AttributeError")
    return Got(owner, node.attr)


def _plain(found: Value, node: ast.expr, scope: Scope) -> Value:
    """Return ``found``; raises Undecided where it gives modules by another name."""
    if isinstance(found, Symbol) and found.path in MIRRORS:
        raise Undecided(
            f"{found.path} gives anything by another name", place_of(node, scope.module)
        )
    if isinstance(found, Items) and found.kind == "iterator":
        return Opaque(("?iterator", shape(found)), (found,))  # nobody knows what is left of it
    return found


def _later(world: World, found: Value) -> Value:
    """Mark what is read after something was changed elsewhere: it may be another value by now."""
    if isinstance(found, Got) and isinstance(found.owner, Container | Literal):
        return found
    path = found.path if isinstance(found, Symbol) else ""
    known = path.startswith(FRAMEWORKS) or path.partition(".")[0] in INERT
    steady = known or (path and is_standard(path.partition(".")[0]))
    loose = path.startswith(("os.environ", "sys.")) or world.tampered is not None
    if not world.effects or not isinstance(found, Got | Symbol) or (steady and not loose):
        return found
    return (
        found
        if path.startswith(FRAMEWORKS)
        else Opaque(("?later", len(world.effects), shape(found)), (found,))
    )


def follow_subscript(world: World, scope: Scope, node: ast.Subscript) -> Value:
    """``a[b]``."""
    owner = evaluate(world, scope, node.value)
    index = evaluate(world, scope, node.slice)
    implied(
        world, [owner, index], (*KEY, "__getitem__", "__missing__"), place_of(node, scope.module)
    )
    if isinstance(owner, Class) and in_class(owner, "__class_getitem__") is not None:
        raise Unsupported("an item of a class")
    if isinstance(owner, Symbol) and owner.path == "typing.Annotated" and isinstance(index, Items):
        return Made(owner, index.items, {}, place_of(node, scope.module))
    place = place_of(node, scope.module)
    if isinstance(owner, Symbol) and owner.path in SIGNATURES:
        world.refuse("it has no items", place, "TypeError")
    found = operators.item(owner, index)
    if found is not None:
        return found
    if isinstance(owner, Instance):
        raise Unsupported("an item of an object")
    if isinstance(owner, Literal) and not hasattr(owner.value, "__getitem__"):
        world.refuse("it has no items", place, "TypeError")
    known = isinstance(owner, Container) and not owner.changes and isinstance(index, Literal)
    if known and isinstance(index, Literal):
        error = "KeyError" if isinstance(owner, Pairs) else "IndexError"
        error = error if isinstance(index.value, str | int) else "Exception"
        error = "TypeError" if isinstance(owner, Items) and isinstance(index.value, str) else error
        world.refuse(f"there is no {index.value!r} in it", place, error)
    doubt_item(world, owner, index, place)
    return Opaque(("?item", shape(owner), shape(index)), (owner, index))


def follow_slice(world: World, scope: Scope, node: ast.Slice) -> Value:
    """``b:c`` in ``a[b:c]``."""
    parts = [
        Literal(None) if part is None else evaluate(world, scope, part)
        for part in (node.lower, node.upper, node.step)
    ]
    numbers = [part.value for part in parts if isinstance(part, Literal)]
    if len(numbers) == len(parts) and all(n is None or isinstance(n, int) for n in numbers):
        return Literal(slice(*numbers))
    return Opaque(("?slice", *map(shape, parts)), tuple(parts))
