"""Calls as they are written: which value is which argument."""

from __future__ import annotations

import _ast as ast

from gate.static.calls import call
from gate.static.containers import iterated
from gate.static.core import evaluate
from gate.static.effects import consume
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.values import Literal, Opaque, Pairs, Value
from gate.static.world import World, place_of


def follow_call(world: World, scope: Scope, node: ast.Call) -> Value:
    """``f(a, *b, c=d, **e)``."""
    callee = evaluate(world, scope, node.func)
    args: list[Value] = []
    for argument in node.args:
        args += spread(world, scope, argument)
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(world, scope, keyword.value)
        kwargs.update({keyword.arg: value} if keyword.arg else _named(value))
    return call(world, callee, args, kwargs, place_of(node, scope.module))


def spread(world: World, scope: Scope, node: ast.expr) -> list[Value]:
    """Return the values of an argument or item: of ``*value`` each of its own, if known."""
    if not isinstance(node, ast.Starred):
        return [evaluate(world, scope, node)]
    value = evaluate(world, scope, node.value)
    items = iterated(value)
    if items is None:
        consume(world, value, place_of(node, scope.module))
    return [Opaque(("?*", shape(value)), (value,))] if items is None else items


def _named(value: Value) -> dict[str, Value]:
    """Return the keyword arguments that ``**value`` gives; an unknown one is called "**"."""
    if isinstance(value, Pairs) and not value.changes:
        names = [key.value for key, _ in value.pairs if isinstance(key, Literal)]
        if len(names) == len(value.pairs):
            values = (item for _, item in value.pairs)
            return {str(name): item for name, item in zip(names, values, strict=True)}
    return {"**": Opaque(("?**", shape(value)), (value,))}
