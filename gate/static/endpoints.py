"""Endpoints and dependencies that FastAPI surely takes, by their parameters."""

from __future__ import annotations

import _ast as ast

from gate.static.dependencies import DEPENDS, early, resolved
from gate.static.effects import is_deferred
from gate.static.fields import GIVEN, is_field
from gate.static.members import in_class
from gate.static.scope import Scope
from gate.static.suits import ORDERED, is_a
from gate.static.tokens import walk
from gate.static.values import (
    Class,
    Function,
    Instance,
    Items,
    Literal,
    Made,
    Method,
    Symbol,
    Value,
)
from gate.static.words import words

PARAMETERS = "fastapi.param_functions."
# What parameters can be declared as; others need a package of their own.
DECLARED = words("Query Header Cookie Path Body")
RESPONSES = ("starlette.responses.", "fastapi.responses.")
DEEPEST = 10  # of dependencies in dependencies
BODILESS = range(200)
EMPTY = (204, 205, 304)


def is_endpoint(endpoint: Value, path: list[str], options: dict[str, Value]) -> bool:
    """Whether FastAPI surely takes an endpoint for a path with these parameters."""
    function, bound = _function(endpoint)
    if function is None or _yields(function) or not _takes(function, path, bound=bound):
        return False
    model = options.get("response_model")
    status = options.get("status_code")
    is_said = model is not None and not (isinstance(model, Literal) and model.value is None)
    returns = None if isinstance(function.node, ast.Lambda) else function.node.returns
    if _has_no_body(status) and (is_said or not _is_none(returns)):
        return False
    return "response_model" in options or returns is None or _is_returned(returns, function)


def is_plain_endpoint(endpoint: Value) -> bool:
    """Whether Starlette surely takes an endpoint."""
    return isinstance(endpoint, Function | Method | Class)


def is_dependency(value: Value, path: list[str], depth: int = 0) -> bool:
    """Whether FastAPI surely takes what ``Depends(…)`` is given."""
    if isinstance(value, Made):
        inner = value.callee.callee if isinstance(value.callee, Made) else value.callee
        if isinstance(inner, Symbol) and inner.path in ("functools.lru_cache", "functools.cache"):
            return len(value.args) == 1 and is_dependency(value.args[0], path, depth)
        return is_a(value, "security")
    if isinstance(value, Class):
        init = in_class(value, "__init__")
        known = value.plain and in_class(value, "__new__") is None
        is_plain = isinstance(init, Function) and _takes(init, path, bound=True, depth=depth)
        return known and (init is None or is_plain)
    function, bound = _function(value)
    return function is not None and _takes(function, path, bound=bound, depth=depth)


def _function(value: Value) -> tuple[Function | None, bool]:
    """Return the function that a call runs, and whether its first argument is given."""
    if isinstance(value, Instance):
        call = in_class(value.cls, "__call__")
        return (call, True) if isinstance(call, Function) else (None, False)
    if isinstance(value, Method):
        return value.function, True
    return (value, False) if isinstance(value, Function) else (None, False)


def _yields(function: Function) -> bool:
    return is_deferred(function) and any(
        isinstance(part, ast.Yield | ast.YieldFrom) for part in walk(function.node)
    )


def _takes(function: Function, path: list[str], *, bound: bool, depth: int = 0) -> bool:
    arguments = function.node.args
    listed = [*arguments.posonlyargs, *arguments.args]
    plain = not (arguments.vararg or arguments.kwarg or arguments.posonlyargs)
    if not plain or depth > DEEPEST or (bound and not listed):
        return False
    around = _Around(early(function), path, depth)
    return all(
        _is_parameter(argument, function.defaults.get(argument.arg), around)
        for argument in (*listed[bound:], *arguments.kwonlyargs)
    )


class _Around:
    """Where a parameter stands: its scope, the parameters of the path, how deep in dependencies."""

    __slots__ = ("depth", "path", "scope")

    def __init__(self, scope: Scope, path: list[str], depth: int) -> None:
        self.scope = scope
        self.path = path
        self.depth = depth

    def takes(self, dependency: Value | None) -> bool:
        return dependency is not None and is_dependency(dependency, self.path, self.depth + 1)


def _is_parameter(argument: ast.arg, default: Value | None, around: _Around) -> bool:
    node, in_path = argument.annotation, argument.arg in around.path
    annotated = None if node is None else resolved(node, around.scope)
    if isinstance(annotated, Made):
        return _is_annotated(annotated, argument, default, around)
    if isinstance(default, Made):
        if _depends(default):
            return not in_path and around.takes(_dependency(default) or annotated)
        return _is_declared(default, node, around.scope, in_path=in_path)
    if isinstance(annotated, Symbol) and annotated.path in GIVEN:
        return default is None and not in_path
    known = default is None or _is_default(default)
    return known and (node is None or is_field(node, around.scope, scalar=in_path))


def _is_annotated(
    annotated: Made, argument: ast.arg, default: Value | None, around: _Around
) -> bool:
    """Whether ``Annotated[type, mark]`` is taken: with one mark that FastAPI knows."""
    node, in_path = argument.annotation, argument.arg in around.path
    of, *marks = annotated.args
    if len(marks) != 1 or not isinstance(marks[0], Made):
        return False
    if _depends(marks[0]):
        return default is None and not in_path and around.takes(_dependency(marks[0]) or of)
    inner = node.slice.elts[0] if _is_pair(node) else None  # type: ignore[union-attr] # it has items
    free = not marks[0].args and marks[0].kwargs.keys().isdisjoint(("default", "default_factory"))
    known = default is None or _is_default(default)
    declared = inner is not None and _is_declared(marks[0], inner, around.scope, in_path=in_path)
    return free and known and declared


def _is_pair(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)


def _depends(value: Made) -> bool:
    return isinstance(value.callee, Symbol) and value.callee.path in DEPENDS


def _dependency(value: Made) -> Value | None:
    return value.args[0] if value.args else value.kwargs.get("dependency")


def _is_declared(made: Made, node: ast.expr | None, scope: Scope, *, in_path: bool) -> bool:
    """Whether ``Query(…)`` and the like go with a parameter's type and its place."""
    kind = made.callee.path.removeprefix(PARAMETERS) if isinstance(made.callee, Symbol) else ""
    if kind not in DECLARED or in_path is not (kind == "Path"):
        return False
    value = None if node is None else resolved(node, scope)
    path = value.path if isinstance(value, Symbol) else ""
    first = made.args[0] if made.args else made.kwargs.get("default", Literal(...))
    is_open = isinstance(first, Literal) and first.value is ...
    fits = all(_suits(name, path) for name in made.kwargs)
    known = is_open or (kind != "Path" and _is_default(first))
    return fits and known and (node is None or is_field(node, scope, scalar=kind != "Body"))


def _suits(name: str, path: str) -> bool:
    """Whether a constraint goes with a type; what is said for people alone goes with any."""
    types = CONSTRAINTS.get(name)
    return name in FREE if types is None else path in types


FREE = words("default title description alias deprecated include_in_schema embed")
CONSTRAINTS = {
    **dict.fromkeys(("gt", "ge", "lt", "le"), ("builtins.int", "builtins.float")),
    **dict.fromkeys(("min_length", "max_length"), ("builtins.str",)),
}


def _is_default(value: Value) -> bool:
    if isinstance(value, Items):
        return value.kind in ORDERED and not value.changes and all(map(_is_default, value.items))
    return isinstance(value, Literal)


def _has_no_body(status: Value | None) -> bool:
    if status is None or (isinstance(status, Literal) and status.value is None):
        return False
    if not isinstance(status, Literal):
        return True  # perhaps
    return status.value in EMPTY or status.value in BODILESS


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _is_returned(node: ast.expr, function: Function) -> bool:
    scope = early(function)
    value = resolved(node, scope)
    if isinstance(value, Symbol) and value.path.startswith(RESPONSES):
        return True
    return is_field(node, scope)
