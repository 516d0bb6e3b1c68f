"""Names, and what is inside of what they stand for: members and items."""

from __future__ import annotations

import _ast as ast
import builtins

from gate.static import operators
from gate.static.calls import call
from gate.static.core import evaluate
from gate.static.events import Application
from gate.static.frameworks import ATTRIBUTES, OF_APPLICATIONS
from gate.static.members import computed, member_of
from gate.static.packages import FRAMEWORKS, INERT, MIRRORS
from gate.static.scope import Module, Scope
from gate.static.shapes import shape
from gate.static.signatures import SIGNATURES
from gate.static.standard import is_standard
from gate.static.values import (
    Class,
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
        return _plain(found, node, scope)
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
        _refuse_unknown(world, scope, owner, node)
        return _later(world, _plain(found, node, scope))
    if world.guards:
        return Got(owner, node.attr)
    name = owner.name if isinstance(owner, Module) else "it"
    raise Undecided(f"{name} has no {node.attr}", place_of(node, scope.module))


def _plain(found: Value, node: ast.expr, scope: Scope) -> Value:
    """Return ``found``; raises Undecided where it gives modules by another name."""
    if isinstance(found, Symbol) and found.path in MIRRORS:
        raise Undecided(
            f"{found.path} gives anything by another name", place_of(node, scope.module)
        )
    return found


def _refuse_unknown(world: World, scope: Scope, owner: Value, node: ast.Attribute) -> None:
    """Raise Undecided for a member that ``owner`` may not have."""
    if world.guards:
        return
    unknown = isinstance(owner, Literal) and not hasattr(owner.value, node.attr)
    if isinstance(owner, Application) and _lacks(owner, node.attr) and _is_framework(owner.cls):
        unknown = all(event.path != f"set {node.attr}" for event in owner.events)
    if isinstance(owner, Made) and isinstance(owner.callee, Symbol) and node.attr != "app":
        middleware = owner.callee.path.startswith("starlette.middleware.")
        unknown = middleware and not _was_set(world, owner, node.attr)
    if isinstance(owner, Symbol) and not node.attr.startswith("__"):
        unknown = owner.path.startswith("starlette.middleware.") and owner.path in SIGNATURES
        package, _, name = owner.path.partition(".")
        unknown |= package == "builtins" and not hasattr(getattr(builtins, name, None), node.attr)
    if unknown:
        raise Undecided(f"it has no {node.attr}", place_of(node, scope.module))


def _was_set(world: World, owner: Value, name: str) -> bool:
    said = ("set", shape(owner), name)
    return any(effect[-1][:3] == said for effect, _ in world.effects)


def _lacks(owner: Application, name: str) -> bool:
    of_router = owner.kind in ("APIRouter", "Router")
    return name not in ATTRIBUTES or (of_router and name in OF_APPLICATIONS)


def _is_framework(cls: Value) -> bool:
    bare = isinstance(cls, Class) and not cls.names and all(map(_is_framework, cls.bases))
    return isinstance(cls, Symbol) or bare


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
    if isinstance(owner, Symbol) and owner.path == "typing.Annotated" and isinstance(index, Items):
        return Made(owner, index.items, {}, place_of(node, scope.module))
    found = operators.item(owner, index)
    if found is not None:
        return found
    if isinstance(owner, Instance):
        raise Unsupported("an item of an object")
    if isinstance(owner, Literal) and not hasattr(owner.value, "__getitem__") and not world.guards:
        raise Undecided("it has no items", place_of(node, scope.module))
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
