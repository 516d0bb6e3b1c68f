"""Assignments: to names, attributes and items; deletions; global names."""

from __future__ import annotations

import _ast as ast

from gate.static import applications, containers, operators
from gate.static.annotations import MAYBE, require
from gate.static.calls import call
from gate.static.containers import iterated
from gate.static.core import evaluate, run
from gate.static.events import Part
from gate.static.operands import doubt_binary, doubt_key, doubt_set
from gate.static.protocols import KEY, implied
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.suits import is_a
from gate.static.values import Got, Instance, Items, Pairs, Unsupported, Unsure, Value
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place


def follow_walrus(world: World, scope: Scope, node: ast.NamedExpr) -> Value:
    """``(name := value)``."""
    value = evaluate(world, scope, node.value)
    assign(world, scope, node.target, value)
    return value


def assign(world: World, scope: Scope, target: ast.expr, value: Value) -> None:
    """Bind a name, or the names of a tuple; raises Unsupported for any other target."""
    if isinstance(target, ast.Name):
        world.bind(scope.target(target.id), target.id, value)
        return
    items = iterated(value)
    if not isinstance(target, ast.Tuple | ast.List) or items is None:
        raise Unsupported("an assignment that is not followed")
    if len(items) != len(target.elts) or any(isinstance(t, ast.Starred) for t in target.elts):
        raise Unsupported("an assignment of another number of values")
    for part, item in zip(target.elts, items, strict=True):
        assign(world, scope, part, item)


def follow_assign(world: World, scope: Scope, node: ast.Assign) -> None:
    """``a = b.c = d[0] = value``."""
    value = evaluate(world, scope, node.value)
    for target in node.targets:
        _put(world, scope, target, value)


def follow_annotated(world: World, scope: Scope, node: ast.AnnAssign) -> None:
    """``name: type = value``; without a value it does nothing."""
    if (scope.is_class or scope.parent is None) and not scope.module.lazy:
        require(world, scope, [node.annotation])  # inside functions nobody evaluates it
        run(world, scope, [node.annotation])
    if node.value is not None:
        _put(world, scope, node.target, evaluate(world, scope, node.value))


def _put(world: World, scope: Scope, target: ast.expr, value: Value) -> None:
    place = place_of(target, scope.module)
    if isinstance(target, ast.Attribute):
        owner = evaluate(world, scope, target.value)
        doubt_set(world, owner, scope.attribute(target.attr), value, place)
        applications.put(world, owner, scope.attribute(target.attr), value, place)
    elif isinstance(target, ast.Subscript):
        owner = evaluate(world, scope, target.value)
        index = evaluate(world, scope, target.slice)
        implied(world, [index], KEY, place)
        _doubt_put(world, owner, index, value, place)
        if isinstance(owner, Part):
            applications.put_item(world, owner, index, value, place)
        elif isinstance(owner, Instance):
            raise Unsupported("an item of an object")
        elif not containers.put(world, owner, index, value, place):
            world.effect(("put", shape(owner), shape(index), shape(value)), place)
    else:
        assign(world, scope, target, value)


def _doubt_put(world: World, owner: Value, index: Value, value: Value, place: Place) -> None:
    """Note ``owner[index] = value``, unless it surely works."""
    texts = is_a(index, "variable") and is_a(value, "str")
    if is_a(owner, "dict") or (isinstance(owner, Part) and owner.path == "dependency_overrides"):
        doubt_key(world, [index], place)
    elif not (texts and is_a(owner, "os.environ")):
        world.doubt("whether this item can be set is not known", place)


def follow_augmented(world: World, scope: Scope, node: ast.AugAssign) -> None:
    """``name += value``."""
    place = place_of(node, scope.module)
    if not isinstance(node.target, ast.Name):
        raise Unsupported("an assignment that is not followed")
    name = ast.Name(node.target.id, ast.Load(), lineno=node.lineno)
    old, value = evaluate(world, scope, name), evaluate(world, scope, node.value)
    operators.refuse_objects([old, value])
    implied(world, [old, value], (), place)
    method = _in_place(old, node.op)
    if method:  # it changes in its place, under every name it has
        call(world, Got(old, method), [value], {}, place)
        return
    operation = type(node.op).__name__
    result = operators.binary(operation, old, value, place, world.guards)
    doubt_binary(world, operation, [old, value], result, place)
    assign(world, scope, node.target, result)


def _in_place(value: Value, operation: ast.operator) -> str:
    """Return the method that does what an operator does to a list or dictionary."""
    if isinstance(value, Items) and value.kind in ("list", "set"):
        return "extend" if isinstance(operation, ast.Add) else "__ior__"
    return "update" if isinstance(value, Pairs) else ""


def follow_delete(world: World, scope: Scope, node: ast.Delete) -> None:
    """``del name``."""
    for target in node.targets:
        if not isinstance(target, ast.Name) or target.id not in scope.target(target.id):
            raise Unsupported("a deletion that is not followed")
        if isinstance(scope.target(target.id)[target.id], Unsure):
            world.doubt(MAYBE.format(target.id), place_of(target, scope.module), "NameError")
        world.unbind(scope.target(target.id), target.id)


def follow_global(_world: World, scope: Scope, node: ast.Global) -> None:
    """``global name``: from here on the name is the module's."""
    scope.globals.update(node.names)


def follow_nonlocal(_world: World, scope: Scope, node: ast.Nonlocal) -> None:
    """``nonlocal name``: from here on the name is that of a function around this one."""
    scope.nonlocals.update(node.names)
