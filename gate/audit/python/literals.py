"""What syntax nodes say literally."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def text(node: ast.AST | None) -> str:
    """The string that a node is, or ""."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def called(call: ast.Call) -> str:
    """The last part of what is called: `get` of `app.get(…)`."""
    function = call.func
    return getattr(function, "attr", "") or getattr(function, "id", "")


def argument(call: ast.Call, name: str) -> ast.expr | None:
    """What a call is given under a name."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def pairs(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the texts that a node puts side by side: `{a: b}`, `(a, b)`."""
    if isinstance(node, ast.Dict):
        both = zip(node.keys, node.values, strict=True)
        yield from ((text(key), text(value)) for key, value in both)
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) == 2:  # noqa: PLR2004 - a pair
        yield text(node.elts[0]), text(node.elts[1])
