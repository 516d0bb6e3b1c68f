"""Names, and what is inside of what they stand for: members and items."""

from __future__ import annotations

import _ast as ast

from gate.static import operators
from gate.static.calls import call
from gate.static.core import evaluate
from gate.static.members import computed, member_of
from gate.static.packages import FRAMEWORKS, INERT
from gate.static.scope import Module, Scope
from gate.static.shapes import shape
from gate.static.standard import is_standard
from gate.static.values import (
    Container,
    Got,
    Instance,
    Items,
    Literal,
    Made,
    Opaque,
    Symbol,
    Undecided,
    Unsupported,
    Value,
)
from gate.static.world import World, place_of


def follow_constant(_world: World, _scope: Scope, node: ast.Constant) -> Value:
    """A constant."""
    return Literal(node.value)


def follow_name(world: World, scope: Scope, node: ast.Name) -> Value:
    """A name."""
    found = scope.find(node.id)
    if found is not None:
        return found
    if scope.module.open or world.guards:
        return Opaque(("?global", shape(scope.module), node.id))
    raise Undecided(f"the name {node.id} is not defined", place_of(node, scope.module))


def follow_attribute(world: World, scope: Scope, node: ast.Attribute) -> Value:
    """``a.b``."""
    owner = evaluate(world, scope, node.value)
    getter = computed(owner, node.attr)
    if getter is not None:
        return call(world, getter, [owner], {}, place_of(node, scope.module))
    found = member_of(owner, node.attr)
    if found is not None:
        return _later(world, found)
    if world.guards:
        return Got(owner, node.attr)
    name = owner.name if isinstance(owner, Module) else "it"
    raise Undecided(f"{name} has no {node.attr}", place_of(node, scope.module))


def _later(world: World, found: Value) -> Value:
    """Mark what is read after something was changed elsewhere: it may be another value by now."""
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
    if isinstance(owner, Symbol) and owner.path == "typing.Annotated" and isinstance(index, Items):
        return Made(owner, index.items, {}, place_of(node, scope.module))
    found = operators.item(owner, index)
    if found is not None:
        return found
    if isinstance(owner, Instance):
        raise Unsupported("an item of an object")
    known = isinstance(owner, Container) and not owner.changes and isinstance(index, Literal)
    if known and not world.guards and isinstance(index, Literal):
        raise Undecided(f"there is no {index.value!r} in it", place_of(node, scope.module))
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
