"""Names that are read when a definition runs: those of annotations, of bases, of a class's body."""

from __future__ import annotations

import _ast as ast

from gate.static.code import Code
from gate.static.members import member_of
from gate.static.scope import Module, Scope
from gate.static.tokens import FUNCTIONS, walk
from gate.static.values import Function, Undecided, Value
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence


def known(scope: Scope, parts: Sequence[ast.AST]) -> dict[str, Value]:
    """Return what the names that ``parts`` read stand for now, where they stand for anything."""
    return known_in(scope, [node for part in parts for node in walk(part)])


def known_in(scope: Scope, nodes: Sequence[ast.AST]) -> dict[str, Value]:
    """Return what those of ``nodes`` that are names stand for now."""
    found = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            value = scope.find(node.id)
            if value is not None:
                found[node.id] = value
    return found


def code_now(scope: Scope, node: ast.stmt | ast.expr) -> Code:
    """Return the code of what runs now, in which names stand for what they do now."""
    return Code(node, scope, known(scope, [node]))


def require(world: World, scope: Scope, parts: Sequence[ast.AST]) -> None:
    """Raise Undecided where a name or member that annotations read is missing."""
    require_all(world, scope, [node for part in parts for node in walk(part)])


def require_all(world: World, scope: Scope, nodes: Sequence[ast.AST]) -> None:
    """Raise Undecided where one of ``nodes`` is a name or a member that is missing."""
    if world.catching or scope.module.open:
        return
    for node in nodes:
        missing = _missing(scope, node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if missing:
            place = place_of(node, scope.module)
            raise Undecided(f"the name {missing} is not defined", place)


def require_now(world: World, function: Function) -> None:
    """Raise Undecided where an endpoint's annotation, kept as a text, names what is missing.

    FastAPI evaluates such texts in the globals of the module when the route is added.
    """
    module = function.scope.module
    parts = in_signature(function.node)
    if module.lazy:
        require(world, module.scope, parts)
        return
    texts = (part for part in parts if isinstance(part, ast.Constant))
    for text in texts:
        name = text.value if isinstance(text.value, str) else ""
        if name.isidentifier() and module.scope.find(name) is None and not world.catching:
            raise Undecided(f"the name {name} is not defined", place_of(text, module))


def in_signature(node: ast.AST) -> list[ast.expr]:
    """Return the annotations of a function's parameters, and of what it returns."""
    if not isinstance(node, FUNCTIONS):
        return []
    args = node.args
    every = (*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg)
    found = [argument.annotation for argument in every if argument is not None]
    returns = None if isinstance(node, ast.Lambda) else node.returns
    return [annotation for annotation in (*found, returns) if annotation is not None]


def run_with(body: Sequence[ast.stmt]) -> list[ast.AST]:
    """Return the parts of a class's body that run with it: of a function in it all but the body."""
    parts: list[ast.AST] = []
    for node in body:
        if isinstance(node, FUNCTIONS):
            parts += [node.args, *in_signature(node), *node.decorator_list]
        else:
            parts.append(node)
    return parts


def _missing(scope: Scope, node: ast.AST) -> str:
    """Return the name of what ``node`` reads where that is surely not there."""
    if isinstance(node, ast.Name):
        return node.id if scope.find(node.id) is None and isinstance(node.ctx, ast.Load) else ""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = scope.find(node.value.id)
        gone = isinstance(owner, Module) and member_of(owner, node.attr) is None
        return f"{node.value.id}.{node.attr}" if gone else ""
    return ""
