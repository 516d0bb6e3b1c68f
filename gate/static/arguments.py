"""Calls as they are written: which value is which argument."""

from __future__ import annotations

import _ast as ast

from gate.static.calls import call
from gate.static.containers import iterated
from gate.static.core import evaluate
from gate.static.effects import consume
from gate.static.operands import doubt_iteration
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.values import Got, Literal, Opaque, Pairs, Symbol, Value
from gate.static.world import World, place_of

GREEDY = {f"builtins.{n}" for n in ("list", "tuple", "set", "frozenset", "sorted", "sum")}


def follow_call(world: World, scope: Scope, node: ast.Call) -> Value:
    """``f(a, *b, c=d, **e)``."""
    callee = evaluate(world, scope, node.func)
    if _asks_all(callee) and len(node.args) == 1 and _is_modules(scope, node.args[0]):
        return Opaque(("?random", id(node)))  # other ones in the other entry point's process
    args: list[Value] = []
    for argument in node.args:
        whole = isinstance(argument, ast.GeneratorExp) and _asks_all(callee)
        args += spread(world, scope, _listed(argument) if whole else argument)
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(world, scope, keyword.value)
        named = {keyword.arg: value} if keyword.arg else _named(value)
        if named.keys() & kwargs.keys():
            world.refuse("an argument is given twice", place_of(keyword, scope.module), "TypeError")
        kwargs.update(named)
    return call(world, callee, args, kwargs, place_of(node, scope.module))


def _asks_all(callee: Value) -> bool:
    """Whether a call asks for all items of its argument before it does anything else."""
    if isinstance(callee, Symbol):
        return callee.path in GREEDY
    return isinstance(callee, Got) and isinstance(callee.owner, Literal) and callee.name == "join"


def _is_modules(scope: Scope, node: ast.expr) -> bool:
    """Whether an argument is ``sys.modules``, of which the names alone are asked for."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    owner = scope.find(node.value.id)
    return isinstance(owner, Symbol) and (owner.path, node.attr) == ("sys", "modules")


def _listed(node: ast.expr) -> ast.ListComp:
    assert isinstance(node, ast.GeneratorExp)  # noqa: S101 - it was asked
    listed = ast.ListComp(node.elt, node.generators)
    listed.lineno, listed.end_lineno = node.lineno, node.end_lineno
    listed.col_offset, listed.end_col_offset = node.col_offset, node.end_col_offset
    return listed


def spread(world: World, scope: Scope, node: ast.expr) -> list[Value]:
    """Return the values of an argument or item: of ``*value`` each of its own, if known."""
    if not isinstance(node, ast.Starred):
        return [evaluate(world, scope, node)]
    value = evaluate(world, scope, node.value)
    items = iterated(value)
    if items is None:
        doubt_iteration(world, value, place_of(node, scope.module))
        consume(world, value, place_of(node, scope.module))
    return [Opaque(("?*", shape(value)), (value,))] if items is None else items


def _named(value: Value) -> dict[str, Value]:
    """Return the keyword arguments that ``**value`` gives; an unknown one is called "**"."""
    if isinstance(value, Pairs) and not value.changes:
        names = [key.value for key, _ in value.pairs if isinstance(key, Literal)]
        if len(names) == len(value.pairs):
            values = (item for _, item in value.pairs)
            if not all(isinstance(name, str) for name in names):
                return {"**": Opaque(("?**", shape(value)), (value,))}
            return {str(name): item for name, item in zip(names, values, strict=True)}
    return {"**": Opaque(("?**", shape(value)), (value,))}
