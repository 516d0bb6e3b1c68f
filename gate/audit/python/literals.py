"""What syntax nodes say literally."""

from __future__ import annotations

import ast


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
