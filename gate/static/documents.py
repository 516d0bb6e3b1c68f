"""What an endpoint's docstring says in an OpenAPI document, and the annotation of its result."""

from __future__ import annotations

import _ast as ast

from gate.static.code import Code
from gate.static.shapes import shape
from gate.static.values import Function, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Shape


def described(endpoint: Value) -> Shape:
    """Return the description that an endpoint's docstring gives."""
    if not isinstance(endpoint, Function):
        return ("?described", shape(endpoint))
    body = endpoint.node.body
    first = body[0] if isinstance(body, list) else None
    match first:
        case ast.Expr(value=ast.Constant(value=str(doc))):
            return ("=", repr(clean(doc).partition("\f")[0].strip()))
    return ("=", "''")


def returned(endpoint: Value) -> Shape:
    """Return the response model that follows from the annotation of what is returned."""
    returns = getattr(endpoint.node, "returns", None) if isinstance(endpoint, Function) else None
    if returns is None:
        return ("=", "None") if isinstance(endpoint, Function) else ("?returned", shape(endpoint))
    assert isinstance(endpoint, Function)  # noqa: S101 - it has a node
    return ("?returned", Code(returns, endpoint.scope, endpoint.early))


def clean(doc: str) -> str:
    """Return a docstring as ``inspect.cleandoc`` does, whose module is slow to import."""
    lines = doc.expandtabs().split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    lines = [lines[0].lstrip(), *(line[margin:] for line in lines[1:])]
    return "\n".join(lines).strip("\n")
