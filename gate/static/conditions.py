"""Operators and conditional expressions as they are written."""

from __future__ import annotations

import _ast as ast

from gate.static import operators
from gate.static.branches import either, nothing
from gate.static.core import evaluate
from gate.static.operands import doubt_binary, doubt_compared, doubt_unary
from gate.static.protocols import implied, tested
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.values import Literal, Opaque, Value
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.static.branches import Signal


def follow_either(world: World, scope: Scope, node: ast.IfExp) -> Value:
    """``a if test else b``."""
    test = evaluate(world, scope, node.test)
    known = tested(world, test, place_of(node, scope.module))
    if known is not None:
        return evaluate(world, scope, node.body if known else node.orelse)
    values: list[Value] = []

    def way(part: ast.expr) -> Callable[[], Signal | None]:
        return lambda: values.append(evaluate(world, scope, part))

    guard = ("if", shape(test))
    either(world, guard, way(node.body), way(node.orelse))
    return Opaque(("?if", guard, *map(shape, values)), tuple(values))


def follow_and_or(world: World, scope: Scope, node: ast.BoolOp) -> Value:
    """``and`` and ``or``: what follows a value that is not known runs under a condition."""
    stops_at = isinstance(node.op, ast.Or)
    values: list[Value] = []

    def go_on(parts: list[ast.expr]) -> Signal | None:
        value = evaluate(world, scope, parts[0])
        values.append(value)
        known = tested(world, value, place_of(parts[0], scope.module))
        if len(parts) == 1 or known is stops_at:
            return None
        if known is not None:
            values.pop()
            return go_on(parts[1:])
        guard = ("truth", stops_at, shape(value))
        return either(world, guard, nothing, lambda: go_on(parts[1:]))

    go_on(node.values)
    name = "?or" if stops_at else "?and"
    return values[0] if len(values) == 1 else Opaque((name, *map(shape, values)), tuple(values))


def follow_compared(world: World, scope: Scope, node: ast.Compare) -> Value:
    """``a < b``."""
    values = [evaluate(world, scope, part) for part in (node.left, *node.comparators)]
    operators.refuse_objects(values)
    place = place_of(node, scope.module)
    implied(world, values, (), place)
    for operation, one, other in zip(node.ops, values, values[1:], strict=False):
        doubt_compared(world, operation, one, other, place)
    operation = node.ops[0]
    known = operators.compared(operation, *values) if len(values) == 2 else None  # noqa: PLR2004
    if known is not None:
        return Literal(known)
    names = [type(operation).__name__ for operation in node.ops]
    return Opaque(("?compared", *names, *map(shape, values)), tuple(values))


def follow_binary(world: World, scope: Scope, node: ast.BinOp) -> Value:
    """``a + b``."""
    left, right = evaluate(world, scope, node.left), evaluate(world, scope, node.right)
    operators.refuse_objects([left, right])
    place = place_of(node, scope.module)
    implied(world, [left, right], (), place)
    name = type(node.op).__name__
    result = operators.binary(name, left, right, place, world.guards)
    doubt_binary(world, name, [left, right], result, place)
    return result


def follow_unary(world: World, scope: Scope, node: ast.UnaryOp) -> Value:
    """``not a``."""
    value = evaluate(world, scope, node.operand)
    operators.refuse_objects([value])
    implied(world, [value], (), place_of(node, scope.module))
    doubt_unary(world, type(node.op).__name__, value, place_of(node, scope.module))
    return operators.unary(type(node.op).__name__, value)
