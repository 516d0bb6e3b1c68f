"""Calls of functions of the tree: their body is read with what they are given."""

from __future__ import annotations

import _ast as ast

from gate.static.core import block, evaluate
from gate.static.effects import is_deferred
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.tokens import bound_in, walk
from gate.static.values import (
    Function,
    Items,
    Literal,
    Opaque,
    Pairs,
    Undecided,
    Unsupported,
    Value,
)
from gate.static.world import World

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place

MAX_DEPTH = 25  # of calls in calls


def follow(
    world: World,
    function: Function,
    args: list[Value],
    kwargs: dict[str, Value],
    place: Place,
    *,
    awaited: bool = False,
) -> Value | None:
    """Return what a call returns; None where it is not followed, and nothing is noted then."""
    if is_deferred(function) and not awaited:
        return None
    if world.depth >= MAX_DEPTH:
        raise Undecided(f"{function.name}() is called within itself or too deep", place)
    names = bound(world, function, args, kwargs, place)
    if names is None:
        return None
    scope = Scope(function.scope.module, function.scope, f"{function.name}.<locals>.")
    scope.names.update(names)
    scope.own = own_names(function)
    mark = world.mark()
    world.depth += 1
    try:
        return _result(world, scope, function.node)
    except Unsupported:
        world.roll_back(mark)
        return None
    finally:
        world.depth -= 1


def own_names(function: Function) -> frozenset[str]:
    """Return the names that a function binds by itself, wherever in it."""
    if function.node not in _OWN:
        outer = {
            n for part in walk(function.node) if isinstance(part, ast.Nonlocal) for n in part.names
        }
        _OWN[function.node] = bound_in(function.node) - outer
    return _OWN[function.node]


_OWN: dict[ast.AST, frozenset[str]] = {}


def _result(
    world: World, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
) -> Value:
    if isinstance(node, ast.Lambda):
        return evaluate(world, scope, node.body)
    signal = block(world, scope, node.body)
    if signal is not None and signal.kind == "maybe":
        shapes = (shape(signal.value), ("=", "None"))
        return Opaque(("?if", signal.guard, *shapes), (signal.value, Literal(None)))
    return signal.value if signal is not None else Literal(None)


def bound(
    world: World,
    function: Function,
    args: list[Value],
    kwargs: dict[str, Value],
    place: Place,
) -> dict[str, Value] | None:
    """Return the parameters with their values; None where the arguments are not known."""
    spread = any(isinstance(arg, Opaque) and arg.shape[0] == "?*" for arg in args)
    if spread or "**" in kwargs:
        return None
    arguments = function.node.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    accepted = {*positional[len(arguments.posonlyargs) :], *(a.arg for a in arguments.kwonlyargs)}
    names = dict(function.defaults) | dict(zip(positional, args, strict=False))
    more = {name: value for name, value in kwargs.items() if name not in accepted}
    names |= {name: value for name, value in kwargs.items() if name in accepted}
    rest = args[len(positional) :]
    wanted = {*positional, *(argument.arg for argument in arguments.kwonlyargs)}
    twice = set(positional[: len(args)]) & kwargs.keys() & accepted
    if (
        (rest and not arguments.vararg)
        or (more and not arguments.kwarg)
        or not wanted <= names.keys()
        or twice
    ):
        _misfit(world, function, place)
        return None
    if arguments.vararg:
        names[arguments.vararg.arg] = Items("tuple", rest, world.guards)
    if arguments.kwarg:
        pairs: list[tuple[Value, Value]] = [(Literal(name), v) for name, v in more.items()]
        names[arguments.kwarg.arg] = Pairs(pairs, world.guards)
    return names


def _misfit(world: World, function: Function, place: Place) -> None:
    world.refuse(f"the call does not fit {function.name}()", place, "TypeError")
