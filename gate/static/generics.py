"""Annotations that the interpreter surely evaluates: generic types with parameters, unions."""

from __future__ import annotations

import _ast as ast

from gate.static.dependencies import resolved
from gate.static.scope import Scope
from gate.static.suits import is_class
from gate.static.values import Items, Literal, Opaque, Symbol, Unsure, Value

# Generic types → how many parameters they take, 0 for one or more.
GENERICS = {
    **dict.fromkeys(("builtins.list", "builtins.set", "builtins.frozenset", "typing.Optional"), 1),
    **dict.fromkeys(("typing.List", "typing.Set", "typing.FrozenSet", "typing.ClassVar"), 1),
    **dict.fromkeys(("collections.abc.Sequence", "typing.Sequence", "builtins.type"), 1),
    **dict.fromkeys(("collections.abc.Iterable", "typing.Iterable", "typing.Type"), 1),
    **dict.fromkeys(("collections.abc.Iterator", "typing.Iterator"), 1),
    **dict.fromkeys(("collections.abc.AsyncIterator", "typing.AsyncIterator"), 1),
    **dict.fromkeys(("builtins.dict", "typing.Dict"), 2),
    **dict.fromkeys(("collections.abc.Mapping", "typing.Mapping"), 2),
    **dict.fromkeys(("typing.Union", "builtins.tuple", "typing.Tuple"), 0),
}


def is_annotation(node: ast.expr, scope: Scope) -> bool:
    """Whether an annotation that is evaluated when a definition runs surely can be.

    A quick look at the most common ones: what is not known in here may yet be.
    """
    match node:
        case ast.Name():
            value = scope.find(node.id)
            return value is not None and not isinstance(value, Unsure)
        case ast.Constant(value=value):
            return value is None or (isinstance(value, str) and value.isidentifier())
        case ast.BinOp(op=ast.BitOr()):
            parts = (node.left, node.right)
            return all(_is_of_union(p, scope) and is_annotation(p, scope) for p in parts)
        case ast.Subscript():
            return _is_generic(node, scope)
    return False


def _is_of_union(node: ast.expr, scope: Scope) -> bool:
    """Whether ``|`` surely takes it."""
    if isinstance(node, ast.BinOp | ast.Subscript):
        return True
    value = resolved(node, scope)
    return value is not None and is_of_union(value)


def is_of_union(value: Value) -> bool:
    """Whether ``|`` surely takes a type, or None, beside a type."""
    none = isinstance(value, Literal) and value.value is None
    return none or is_type(value)


def is_type(value: Value) -> bool:
    """Whether a value is a class, a generic type with its parameters, a union."""
    if isinstance(value, Opaque) and value.shape[0] == "?item":
        return is_generic(*value.parts)
    if isinstance(value, Opaque) and value.shape[:2] == ("?binary", "BitOr"):
        return all(map(is_of_union, value.parts)) and any(map(is_type, value.parts))
    return is_class(value) or (isinstance(value, Symbol) and value.path == "typing.Any")


def is_generic(owner: Value, index: Value) -> bool:
    """Whether ``owner[index]`` surely is a type."""
    path = owner.path if isinstance(owner, Symbol) else ""
    parts = index.items if isinstance(index, Items) and index.kind == "tuple" else [index]
    if path == "typing.Literal":
        return all(isinstance(part, Literal) for part in parts)
    if path in ("collections.abc.Callable", "typing.Callable"):
        taken = parts[0]
        listed = taken.items if isinstance(taken, Items) else []
        known_parts = isinstance(taken, Items) or _is_dots(taken)
        return known_parts and all(map(_is_parameter, (*listed, *parts[1:]))) and len(parts) == 2  # noqa: PLR2004
    count = GENERICS.get(path)
    fits = count is not None and count in (0, len(parts)) and bool(parts)
    return fits and all(_is_parameter(part) or (not count and _is_dots(part)) for part in parts)


def _is_parameter(value: Value) -> bool:
    """Whether a generic type takes a parameter: a type, or the name of one in a text."""
    text = value.value if isinstance(value, Literal) else None
    return is_of_union(value) or (isinstance(text, str) and text.isidentifier())


def _is_dots(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is ...


def _is_generic(node: ast.Subscript, scope: Scope) -> bool:
    owner = resolved(node.value, scope)
    path = owner.path if isinstance(owner, Symbol) else ""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if path == "typing.Literal":
        return all(isinstance(part, ast.Constant) for part in parts)
    if path in ("collections.abc.Callable", "typing.Callable"):
        return len(parts) == 2 and _is_callable(parts, scope)  # noqa: PLR2004 - taken and returned
    count = GENERICS.get(path)
    fits = count is not None and (count in (0, len(parts)) and bool(parts))
    return fits and all(
        is_annotation(part, scope) or (count == 0 and is_ellipsis(part)) for part in parts
    )


def _is_callable(parts: list[ast.expr], scope: Scope) -> bool:
    taken = parts[0].elts if isinstance(parts[0], ast.List) else []
    is_listed = isinstance(parts[0], ast.List) or is_ellipsis(parts[0])
    return is_listed and all(is_annotation(part, scope) for part in (*taken, parts[1]))


def is_ellipsis(node: ast.expr) -> bool:
    """Whether an expression is ``...``."""
    return isinstance(node, ast.Constant) and node.value is ...
