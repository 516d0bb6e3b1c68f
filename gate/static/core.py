"""Reads code: a block, a statement, an expression. Which function follows which is in ``grammar``.

What is not followed is not skipped: everything that it can get at is noted as changed by it.
"""

from __future__ import annotations

import _ast as ast

from gate.static.annotations import code_now, known, require
from gate.static.branches import Signal, either
from gate.static.effects import touch
from gate.static.generics import is_annotation
from gate.static.reach import Reach
from gate.static.scope import Scope
from gate.static.tokens import FUNCTIONS, stored, walk
from gate.static.values import Undecided, Unsupported, Value, unknown
from gate.static.world import ANYTHING, World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

# Filled by gate.static.grammar: what follows them calls these functions in turn.
EXPRESSIONS: dict[type[ast.expr], Callable[[World, Scope, Any], Value]] = {}
STATEMENTS: dict[type[ast.stmt], Callable[[World, Scope, Any], Signal | None]] = {}


PLAIN = (ast.Name, ast.Constant)  # of which the names are looked up anyway
OF_CLASS = ("super", "__class__")


def evaluate(world: World, scope: Scope, node: ast.expr) -> Value:
    """Return the value of ``node``; raises Unsupported and Undecided."""
    world.step(node, scope.module)
    found = EXPRESSIONS.get(type(node))
    if found is None:
        raise Unsupported(type(node).__name__)
    return found(world, scope, node)


def run(world: World, scope: Scope, annotations: Sequence[ast.expr]) -> None:
    """Read annotations that do more than name something: they run with the definition."""
    for annotation in annotations:
        if type(annotation) not in PLAIN and not is_annotation(annotation, scope):
            evaluate(world, scope, annotation)


def block(world: World, scope: Scope, body: Sequence[ast.stmt]) -> Signal | None:
    """Read statements one after the other; return how they end, None for at the last one."""
    for at, node in enumerate(body):
        signal = _statement(world, scope, node)
        if signal is not None and signal.kind == "maybe":
            return go_on(world, signal, _later(world, scope, body[at + 1 :]))
        if signal is not None:
            return signal
    return None


def _later(world: World, scope: Scope, body: Sequence[ast.stmt]) -> Callable[[], Signal | None]:
    return lambda: block(world, scope, body)


def go_on(world: World, maybe: Signal, rest: Callable[[], Signal | None]) -> Signal | None:
    """Read ``rest``, which runs only where what came before has not returned."""
    returned = Signal("return", maybe.value)
    return either(world, maybe.guard, lambda: returned, rest)


def _statement(world: World, scope: Scope, node: ast.stmt) -> Signal | None:
    world.step(node, scope.module)
    found = STATEMENTS.get(type(node))
    mark, before = world.mark(), world.guards
    try:
        if found is None:
            raise Unsupported(type(node).__name__)
        return found(world, scope, node)
    except Unsupported:
        world.roll_back(mark)
        world.guards = before
        return _unfollowed(world, scope, node)


def _unfollowed(world: World, scope: Scope, node: ast.stmt) -> Signal | None:
    """Note a statement that is not followed: what it can get at may be changed by it."""
    parts = list(walk(node))
    if _leaves_a_loop(node):
        raise Unsupported("a loop that may end early")
    place = place_of(node, scope.module)
    world.doubt("whether this fails is not known", place, ANYTHING)
    if any(isinstance(part, ast.Name) and part.id in OF_CLASS for part in parts):
        if scope.parent is None:
            raise Undecided("what depends on a class stands in none", place)
        raise Unsupported("what depends on the class around it")
    if isinstance(node, ast.While):
        require(world, scope, [node.test])
    reach = Reach(())
    reach.add_code(node, scope)
    code = touch(world, reach, ("code", code_now(scope, node)), place)
    world.effect(code, place)
    held = known(scope, [node]).values()
    for name in sorted(set(stored(node))):
        world.bind(scope.target(name), name, unknown(("?code", code, name), *held))
    if any(isinstance(part, ast.Return) for part in parts):
        return Signal("maybe", unknown(("?returned", code), *held), ("returned", code))
    return None


def _leaves_a_loop(node: ast.AST) -> bool:
    """Whether a ``break`` or ``continue`` in ``node`` is about a loop around it."""
    if isinstance(node, ast.Break | ast.Continue):
        return True
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.ClassDef, *FUNCTIONS)):
        return any(map(_leaves_a_loop, getattr(node, "orelse", [])))
    parts = (value for field in node._fields if isinstance(value := getattr(node, field), list))
    return any(_leaves_a_loop(part) for body in parts for part in body if isinstance(part, ast.AST))
