"""Conditions, loops, exceptions and contexts."""

from __future__ import annotations

import _ast as ast

from gate.static.annotations import code_now
from gate.static.assignments import assign
from gate.static.branches import Signal, either, nothing, partly
from gate.static.code import Code
from gate.static.containers import iterated, sizes
from gate.static.contexts import always_raises
from gate.static.core import block, evaluate, go_on
from gate.static.effects import touch
from gate.static.operands import doubt_iteration
from gate.static.protocols import tested
from gate.static.reach import Reach
from gate.static.refusals import refuse_iteration
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.suits import is_exception
from gate.static.tokens import stored, walk
from gate.static.values import Opaque, Symbol, Undecided, Unsupported, Unsure, Value, unknown
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable


def follow_if(world: World, scope: Scope, node: ast.If) -> Signal | None:
    """``if test: …``; both ways where the test is not known."""
    test = evaluate(world, scope, node.test)
    known = tested(world, test, place_of(node, scope.module))
    if known is not None:
        return block(world, scope, node.body if known else node.orelse)
    return either(
        world,
        ("if", shape(test)),
        lambda: block(world, scope, node.body),
        lambda: block(world, scope, node.orelse),
    )


def follow_for(world: World, scope: Scope, node: ast.For) -> Signal | None:
    """``for a in b: …``."""
    iterable = evaluate(world, scope, node.iter)
    items = iterated(iterable)
    refuse_iteration(world, iterable, place_of(node.iter, scope.module))
    if items is None:
        doubt_iteration(world, iterable, place_of(node.iter, scope.module))
        return _over_unknown(world, scope, node, iterable)

    before = sizes(iterable)
    signal = _turns(world, scope, node, items)
    if sizes(iterable) != before:
        raise Unsupported("a loop that changes what it is about")
    return signal


def _turns(world: World, scope: Scope, node: ast.For, items: list[Value]) -> Signal | None:
    for at, item in enumerate(items):
        assign(world, scope, node.target, item)
        signal = block(world, scope, node.body)
        if signal is not None and signal.kind == "maybe":
            return go_on(world, signal, _later(world, scope, node, items[at + 1 :]))
        if signal is not None and signal.kind != "continue":
            return None if signal.kind == "break" else signal
    return block(world, scope, node.orelse)


def _later(
    world: World, scope: Scope, node: ast.For, items: list[Value]
) -> Callable[[], Signal | None]:
    return lambda: _turns(world, scope, node, items)


def _over_unknown(world: World, scope: Scope, node: ast.For, iterable: Value) -> Signal | None:
    """Read the body once, for any item: what it does to names is not known afterwards."""
    if any(isinstance(part, ast.Break | ast.Continue | ast.Return) for part in walk(node)):
        raise Unsupported("a loop that may end early")
    reach = Reach([iterable])  # a generator of the tree may do anything between two items
    touch(world, reach, ("iterated", shape(iterable)), place_of(node, scope.module))
    for name in sorted(set(stored(node))):
        world.bind(scope.target(name), name, unknown(("?each", shape(iterable), name), iterable))
    either(world, ("for", shape(iterable)), lambda: block(world, scope, node.body), nothing)
    for name in sorted(set(stored(node))):  # where there was no turn they may not be bound
        after = Unsure(("?each", shape(iterable), name), (Opaque(("?held",)), iterable))
        world.bind(scope.target(name), name, after)
    return block(world, scope, node.orelse)


def follow_try(world: World, scope: Scope, node: ast.Try) -> Signal | None:
    """``try: …``: an exception may come at any place in it."""
    if always_raises(node) and not world.catching:  # an exception in it is one of the whole
        return _without_handlers(world, scope, node)
    code = code_now(scope, node)

    bound: list[tuple[dict[str, Value], str, list[Value]]] = []

    def tried() -> Signal | None:
        mark = world.mark()
        signal = _tried(world, scope, node)
        bound.extend(world.bound_since(mark))
        return signal

    def handled() -> Signal | None:
        partly(world, ("try", code), bound)
        signals = [_handled(world, scope, node, at, code) for at in range(len(node.handlers))]
        raised = all(signal is not None and signal.kind == "raise" for signal in signals)
        returned = any(signal is not None and signal.kind != "raise" for signal in signals)
        if returned:
            raise Unsupported("a handler that ends otherwise")
        return Signal("raise") if raised else None

    signal = either(
        world,
        ("try", code),
        tried,
        handled,
    )
    last = block(world, scope, node.finalbody)
    return last if last is not None else signal


def _tried(world: World, scope: Scope, node: ast.Try) -> Signal | None:
    errors = frozenset[str]().union(*(_named(scope, handler.type) for handler in node.handlers))
    signal = world.caught(lambda: block(world, scope, node.body), errors)

    def rest() -> Signal | None:
        return block(world, scope, node.orelse)

    if signal is not None and signal.kind == "maybe":
        return go_on(world, signal, rest)
    return rest() if signal is None else signal


def _named(scope: Scope, node: ast.expr | None) -> set[str]:
    """Return the names of the exceptions of the interpreter that a handler is for."""
    if node is None:
        return {"BaseException"}
    if isinstance(node, ast.Tuple):
        return {name for part in node.elts for name in _named(scope, part)}
    value = scope.find(node.id) if isinstance(node, ast.Name) else None
    is_builtin = isinstance(value, Symbol) and is_exception(value)
    return {value.path.removeprefix("builtins.")} if is_builtin else set()  # type: ignore[union-attr] # it is a symbol


def _without_handlers(world: World, scope: Scope, node: ast.Try) -> Signal | None:
    signal = block(world, scope, [*node.body, *node.orelse])
    if signal is not None and signal.kind != "return" and node.finalbody:
        raise Unsupported("a block that is left otherwise")
    last = block(world, scope, node.finalbody)
    return last if last is not None else signal


def _handled(world: World, scope: Scope, node: ast.Try, at: int, code: Code) -> Signal | None:
    handler = node.handlers[at]
    if handler.name:
        world.bind(scope.target(handler.name), handler.name, Opaque(("?raised", code)))
    signals: list[Signal | None] = []

    def run() -> Signal | None:
        signals.append(block(world, scope, handler.body))
        return None

    either(world, ("except", code, at), run, nothing)
    if handler.name and handler.name in scope.target(handler.name):  # it is taken away at the end
        gone = Unsure(("?gone", code), ())
        world.bind(scope.target(handler.name), handler.name, gone)
    return signals[0]


def follow_expression(world: World, scope: Scope, node: ast.Expr) -> None:
    """A statement that is an expression."""
    evaluate(world, scope, node.value)


def follow_return(world: World, scope: Scope, node: ast.Return) -> Signal | None:
    """``return a``."""
    value = evaluate(world, scope, node.value) if node.value is not None else None
    return Signal("return", value)


def follow_raise(world: World, scope: Scope, node: ast.Raise) -> Signal | None:
    """``raise a``: unless under a condition, the module does not import."""
    if world.guards:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        names = () if raised is None else _named(scope, raised)
        place = place_of(node, scope.module)
        world.doubt("an exception may be raised", place, (*names, "BaseException")[0])
        return Signal("raise")
    raise Undecided("an exception is raised", place_of(node, scope.module))


def follow_assert(world: World, scope: Scope, node: ast.Assert) -> None:
    """``assert a``."""
    test = evaluate(world, scope, node.test)
    known = tested(world, test, place_of(node, scope.module))
    if known is False and not world.guards:
        raise Undecided("an assertion fails", place_of(node, scope.module))
    if known is not True:
        world.doubt("an assertion may fail", place_of(node, scope.module), "AssertionError")
        world.effect(("assert", shape(test)), place_of(node, scope.module))


def follow_pass(_world: World, _scope: Scope, _node: ast.Pass) -> None:
    """Do nothing."""


def follow_break(_world: World, _scope: Scope, _node: ast.Break) -> Signal:
    """``break``."""
    return Signal("break")


def follow_continue(_world: World, _scope: Scope, _node: ast.Continue) -> Signal:
    """``continue``."""
    return Signal("continue")
