"""Lists, dictionaries, texts and comprehensions as they are written."""

from __future__ import annotations

import _ast as ast

from gate.static.annotations import code_now
from gate.static.arguments import spread
from gate.static.assignments import assign
from gate.static.containers import MAX_TEXT, iterated, sizes
from gate.static.core import evaluate
from gate.static.operands import doubt_key
from gate.static.protocols import KEY, TEXT, implied, tested
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.values import Items, Literal, Opaque, Pairs, Unsupported, Value
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable


# What the names of functions in comprehensions begin with, in versions that do not inline them.
INSIDE: dict[type[ast.AST], str] = {
    ast.ListComp: "<listcomp>.",
    ast.SetComp: "<setcomp>.",
    ast.DictComp: "<dictcomp>.",
    ast.GeneratorExp: "<genexpr>.",
}


def follow_items(world: World, scope: Scope, node: ast.List | ast.Tuple | ast.Set) -> Value:
    """``[a, *b]``, ``(a, b)``, ``{a, b}``."""
    values = [value for item in node.elts for value in spread(world, scope, item)]
    if isinstance(node, ast.Set):
        implied(world, values, KEY, place_of(node, scope.module))
        doubt_key(world, values, place_of(node, scope.module))
    made = Items(type(node).__name__.lower(), values, world.guards)
    if any(isinstance(value, Opaque) and value.shape[0] == "?*" for value in values):
        made.changes = [("spread",)]  # how many items there are is not known
    return made


def follow_pairs(world: World, scope: Scope, node: ast.Dict) -> Value:
    """``{a: b, **c}``."""
    pairs: list[tuple[Value, Value]] = []
    for key, item in zip(node.keys, node.values, strict=True):
        value = evaluate(world, scope, item)
        if key is not None:
            pairs.append((evaluate(world, scope, key), value))
        elif isinstance(value, Pairs) and not value.changes:
            pairs += value.pairs
        else:
            raise Unsupported("a dictionary that is not known")
    implied(world, (key for key, _ in pairs), KEY, place_of(node, scope.module))
    doubt_key(world, [key for key, _ in pairs], place_of(node, scope.module))
    return Pairs(pairs, world.guards)


def follow_text(world: World, scope: Scope, node: ast.JoinedStr) -> Value:
    """``f"a{b}"``."""
    values = [evaluate(world, scope, part) for part in node.values]
    texts = [str(value.value) for value in values if isinstance(value, Literal)]
    if len(texts) == len(values) and sum(map(len, texts)) < MAX_TEXT:
        return Literal("".join(texts))
    return Opaque(("?text", *map(shape, values)), tuple(values))


def follow_formatted(world: World, scope: Scope, node: ast.FormattedValue) -> Value:
    """``{b:c}`` in a text."""
    value = evaluate(world, scope, node.value)
    implied(world, [value], TEXT, place_of(node, scope.module))
    if node.conversion == -1 and node.format_spec is None:
        return value
    if node.format_spec is not None:
        world.doubt("whether it takes this format is not known", place_of(node, scope.module))
        evaluate(world, scope, node.format_spec)
    return Opaque(("?formatted", shape(value), code_now(scope, node)), (value,))


def follow_generator(_world: World, _scope: Scope, _node: ast.GeneratorExp) -> Value:
    """``(a for b in c)``: nothing of it runs before somebody asks, and nobody knows when."""
    raise Unsupported("a generator that is not asked at once")


def follow_comprehension(
    world: World, scope: Scope, node: ast.ListComp | ast.SetComp | ast.GeneratorExp
) -> Value:
    """``[a for b in c]``."""
    inner = Scope(scope.module, scope, f"{scope.label}{INSIDE[type(node)]}")
    values: list[Value] = []
    _loop(world, inner, node.generators, lambda: values.append(evaluate(world, inner, node.elt)))
    kind = "set" if isinstance(node, ast.SetComp) else "list"
    if kind == "set":
        implied(world, values, KEY, place_of(node, scope.module))
        doubt_key(world, values, place_of(node, scope.module))
    return Items(kind, values, world.guards)


def follow_mapping(world: World, scope: Scope, node: ast.DictComp) -> Value:
    """``{a: b for c in d}``."""
    inner = Scope(scope.module, scope, f"{scope.label}{INSIDE[ast.DictComp]}")
    pairs: list[tuple[Value, Value]] = []

    def add() -> None:
        pairs.append((evaluate(world, inner, node.key), evaluate(world, inner, node.value)))

    _loop(world, inner, node.generators, add)
    implied(world, (key for key, _ in pairs), KEY, place_of(node, scope.module))
    doubt_key(world, [key for key, _ in pairs], place_of(node, scope.module))
    return Pairs(pairs, world.guards)


def _loop(
    world: World, scope: Scope, generators: list[ast.comprehension], body: Callable[[], None]
) -> None:
    """Run ``body`` for each turn of a comprehension over known items, under known conditions."""
    if not generators:
        return body()
    first, *others = generators
    iterable = evaluate(world, scope, first.iter)
    items, before = iterated(iterable), sizes(iterable)
    if items is None or first.is_async:
        raise Unsupported("a comprehension over what is not known")
    for item in items:
        assign(world, scope, first.target, item)
        tests = [
            tested(world, evaluate(world, scope, test), place_of(test, scope.module))
            for test in first.ifs
        ]
        if None in tests:
            raise Unsupported("a comprehension with a condition that is not known")
        if all(tests):
            _loop(world, scope, others, body)
        if sizes(iterable) != before:
            raise Unsupported("a loop that changes what it is about")
    return None
