"""``with``: locks, the tree's own context managers, and everything else."""

from __future__ import annotations

import _ast as ast

from gate.static.assignments import assign
from gate.static.branches import Signal, either, nothing
from gate.static.core import block, evaluate
from gate.static.effects import touch
from gate.static.functions import bound, own_names
from gate.static.reach import Reach
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.tokens import walk
from gate.static.values import Function, Got, Literal, Made, Symbol, Unsupported, Value
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

    Inside = Callable[[Value], Signal | None]

# Contexts that swallow nothing, and do nothing that anybody would see.
PLAIN = {"threading.Lock", "threading.RLock", "contextlib.nullcontext", "warnings.catch_warnings"}


def follow_with(world: World, scope: Scope, node: ast.With) -> Signal | None:
    """``with a as b: …``: what is in it may be cut short."""
    return _enter(world, scope, node, 0)


def _enter(world: World, scope: Scope, node: ast.With, at: int) -> Signal | None:
    """Enter one context after the other, and then read what is in them."""
    if at == len(node.items):
        return block(world, scope, node.body)
    item = node.items[at]
    context = evaluate(world, scope, item.context_expr)

    def inside(value: Value) -> Signal | None:
        if item.optional_vars is not None:
            assign(world, scope, item.optional_vars, value)
        return _enter(world, scope, node, at + 1)

    callee = context.callee if isinstance(context, Made) else None
    if isinstance(callee, Symbol) and callee.path in PLAIN:
        return inside(Got(context, "__enter__()"))
    generator = None if world.catching else _generator(context)
    if generator is not None and isinstance(context, Made):
        return _through(world, generator, context, inside)
    world.doubt("whether this context fails is not known", place_of(node, scope.module))
    touch(world, Reach([context]), ("with", shape(context)), place_of(node, scope.module))

    def run() -> Signal | None:
        return world.caught(lambda: inside(Got(context, "__enter__()")))

    return either(world, ("with", shape(context)), run, nothing)


def _generator(context: Value) -> Function | None:
    """Return the function of the tree behind a context that lets every exception out."""
    maker = context.callee if isinstance(context, Made) else None
    if not isinstance(maker, Made) or not isinstance(maker.callee, Symbol):
        return None
    known = maker.callee.path == "contextlib.contextmanager" and len(maker.args) == 1
    function = maker.args[0] if known else None
    return function if isinstance(function, Function) and _lets_out(function.node) else None


def _lets_out(node: ast.AST) -> bool:
    """Whether a generator yields once, as a statement, and swallows nothing that comes of it."""
    yields = [part for part in walk(node) if isinstance(part, ast.Yield | ast.YieldFrom)]
    body = node.body if isinstance(node, ast.FunctionDef) else []
    return len(yields) == 1 and sum(map(_is_yield, body)) + sum(map(_is_around, body)) == 1


def _is_yield(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield)


def _is_around(node: ast.stmt) -> bool:
    """Whether a statement is a ``try`` around the ``yield`` after which every exception goes on."""
    if not isinstance(node, ast.Try) or not any(map(_is_yield, node.body)):
        return False
    return always_raises(node)


def always_raises(node: ast.Try) -> bool:
    """Whether every exception in a ``try`` surely ends with one."""
    return not _ends(node.finalbody) and all(
        isinstance(handler.body[-1], ast.Raise) and not _ends(handler.body)
        for handler in node.handlers
    )


def _ends(body: list[ast.stmt]) -> bool:
    kinds = (ast.Return, ast.Break, ast.Continue)
    return any(isinstance(part, kinds) for statement in body for part in walk(statement))


def _through(world: World, function: Function, context: Made, inside: Inside) -> Signal | None:
    """Read a generator up to its ``yield``, what is in the context, and the generator's rest."""
    names = bound(world, function, context.args, context.kwargs, context.place)
    if names is None:
        raise Unsupported("a context whose arguments are not known")
    scope = Scope(function.scope.module, function.scope, f"{function.name}.<locals>.")
    scope.names.update(names)
    scope.own = own_names(function)
    body = function.node.body
    assert isinstance(body, list)  # noqa: S101 - it is no lambda
    return _read(world, scope, body, inside)


def _read(world: World, scope: Scope, body: list[ast.stmt], inside: Inside) -> Signal | None:
    at = next(at for at, node in enumerate(body) if _is_yield(node) or _is_around(node))
    node = body[at]
    if block(world, scope, body[:at]) is not None:
        raise Unsupported("a context that ends before it yields")
    if isinstance(node, ast.Try):
        signal = _read(world, scope, node.body, inside)
        rest = [*node.orelse, *node.finalbody, *body[at + 1 :]]
    else:
        assert isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield)  # noqa: S101
        value = node.value.value
        signal = inside(Literal(None) if value is None else evaluate(world, scope, value))
        rest = body[at + 1 :]
    if signal is not None and (signal.kind != "return" or rest):
        raise Unsupported("a context that is left otherwise")
    if block(world, scope, rest) is not None:
        raise Unsupported("a context that ends otherwise")
    return signal
