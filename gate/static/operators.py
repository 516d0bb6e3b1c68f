"""Operators on values that are known."""

from __future__ import annotations

import _ast as ast
import _operator as operator

from gate.static.events import Application
from gate.static.scope import Module
from gate.static.shapes import shape
from gate.static.values import (
    Class,
    Container,
    Function,
    Instance,
    Items,
    Literal,
    Made,
    Opaque,
    Pairs,
    Undecided,
    Unsupported,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gate.static.values import Place, Shape

ORDERED = ("list", "tuple")
MAX_SIZE = 10_000  # of a text or number that arithmetic may make
ALWAYS_TRUE = (Function, Class, Application, Module)
NO_OPERAND = (Function, Application, Module)
NEVER_NONE = (*ALWAYS_TRUE, Container)

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "BitOr": operator.or_,
    "BitAnd": operator.and_,
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, whole: item in whole,
    ast.NotIn: lambda item, whole: item not in whole,
}


def truth(value: Value) -> bool | None:
    """Return whether ``value`` counts as true; None where that is not known."""
    if isinstance(value, Literal):
        return bool(value.value)
    if isinstance(value, ALWAYS_TRUE):
        return True
    if isinstance(value, Items) and value.kind == "iterator":
        return True
    if isinstance(value, Container) and not value.changes:
        return bool(members(value))
    return None


def members(value: Container) -> list[Value]:
    """Return the items of a list, or the keys of a dictionary, in their order."""
    if isinstance(value, Items):
        return value.items
    assert isinstance(value, Pairs)  # noqa: S101 - there are no other containers
    keys = {repr(shape(key)): key for key, _ in reversed(value.pairs)}
    return list(dict.fromkeys(keys[repr(shape(key))] for key, _ in value.pairs))


def compared(operation: ast.cmpop, left: Value, right: Value) -> bool | None:
    """Return what a comparison says; None where that is not known."""
    if isinstance(operation, ast.Is | ast.IsNot):
        return _identical(isinstance(operation, ast.Is), left, right)
    if isinstance(right, Container) and isinstance(operation, ast.In | ast.NotIn):
        return _contained(isinstance(operation, ast.In), left, right)
    if isinstance(left, Literal) and isinstance(right, Literal):
        try:
            return bool(COMPARED[type(operation)](left.value, right.value))
        except (TypeError, ValueError) as exc:
            raise Unsupported("a comparison that fails") from exc
    return None


def _identical(expected: bool, left: Value, right: Value) -> bool | None:
    if left is right:
        return expected
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Literal) and one.value in (None, True, False):
            if isinstance(other, Literal):
                return (one.value is other.value) is expected
            if isinstance(other, NEVER_NONE):
                return not expected
    return None


def _contained(expected: bool, left: Value, right: Container) -> bool | None:
    items = [item.value for item in members(right) if isinstance(item, Literal)]
    if right.changes or not isinstance(left, Literal):
        return None
    if left.value in items:
        return expected
    return not expected if len(items) == len(members(right)) else None


def binary(name: str, left: Value, right: Value, place: Place, guards: Shape) -> Value:
    """Return what ``left name right`` is; raises Undecided where it is an error."""
    if not guards and name != "Mod" and any(isinstance(v, NO_OPERAND) for v in (left, right)):
        raise Undecided("an operator cannot take this", place)
    if name == "Mod" and isinstance(left, Literal) and isinstance(left.value, str):
        values = _filled(left.value, right)
        if values is not None:
            return _calculated(name, left.value, values, place, guards)
    elif isinstance(left, Literal) and isinstance(right, Literal) and name in BINARY:
        if _small(name, left.value, right.value):
            return _calculated(name, left.value, right.value, place, guards)
    elif isinstance(left, Items) and isinstance(right, Items) and name == "Add":
        size = len(left.items) + len(right.items)
        if (
            left.kind == right.kind in ORDERED
            and not (left.changes or right.changes)
            and size < MAX_SIZE
        ):
            return Items(left.kind, [*left.items, *right.items], guards)
    elif (
        isinstance(left, Pairs)
        and isinstance(right, Pairs)
        and name == "BitOr"
        and not (left.changes or right.changes)
        and len(left.pairs) + len(right.pairs) < MAX_SIZE
    ):
        return Pairs([*left.pairs, *right.pairs], guards)
    return Opaque(("?binary", name, shape(left), shape(right)), (left, right))


def _filled(text: str, right: Value) -> object | None:
    """Return what a text is filled with by ``%``; None where that is not known, or a width is."""
    if "*" in text or any(char.isdigit() for char in text) or len(text) > MAX_SIZE:
        return None
    if isinstance(right, Literal):
        return right.value
    items = right.items if isinstance(right, Items) and right.kind == "tuple" else [right]
    values = [item.value for item in items if isinstance(item, Literal)]
    return tuple(values) if len(values) == len(items) else None


def _small(name: str, left: object, right: object) -> bool:
    """Whether the result cannot be huge."""
    if name == "Mult":
        sizes = [len(v) if isinstance(v, str | bytes) else v for v in (left, right)]
        return all(isinstance(s, int | float) and abs(s) < MAX_SIZE for s in sizes)
    return all(not isinstance(v, str | bytes) or len(v) < MAX_SIZE for v in (left, right)) and not (
        name == "Mod" and isinstance(left, str | bytes)  # a width in a format may be huge
    )


def _calculated(name: str, left: object, right: object, place: Place, guards: Shape) -> Value:
    try:
        return Literal(BINARY[name](left, right))
    except (ArithmeticError, TypeError, ValueError) as exc:
        if guards:
            return Opaque(("?binary", name, repr(left), repr(right)))
        raise Undecided(f"{type(exc).__name__}: {exc}", place) from exc


def refuse_objects(values: list[Value]) -> None:
    """Refuse operators on objects of the tree: their classes say what those do."""
    for value in values:
        own = isinstance(value, Made) and isinstance(value.callee, Class)
        if own or isinstance(value, Instance):
            raise Unsupported("an operator of an object")


def unary(name: str, value: Value) -> Value:
    """Return what an operator before ``value`` makes of it."""
    known = truth(value)
    if name == "Not" and known is not None:
        return Literal(not known)
    if name == "USub" and isinstance(value, Literal) and isinstance(value.value, int | float):
        return Literal(-value.value)
    return Opaque(("?unary", name, shape(value)), (value,))


def item(owner: Value, index: Value) -> Value | None:
    """Return ``owner[index]`` where both are known, or None."""
    if isinstance(owner, Pairs) and not owner.changes and isinstance(index, Literal):
        wanted = shape(index)
        return next((v for key, v in reversed(owner.pairs) if shape(key) == wanted), None)
    if isinstance(owner, Items) and not owner.changes and owner.kind in ORDERED:
        at = index.value if isinstance(index, Literal) else None
        if isinstance(at, slice) and at.step != 0:
            return Items(owner.kind, owner.items[at], owner.guards)
        if isinstance(at, int) and -len(owner.items) <= at < len(owner.items):
            return owner.items[at]
    return None
