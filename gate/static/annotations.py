"""Names that are read when a definition runs: those of annotations, of bases, of a class's body."""

from __future__ import annotations

import _ast as ast

from gate.static.code import Code
from gate.static.members import member_of
from gate.static.scope import Module, Scope
from gate.static.tokens import FUNCTIONS, walk
from gate.static.values import Function, Unsure, Value
from gate.static.world import World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


MAYBE = "the name {} may not be defined"


class Read:
    """What code reads: ``names`` and ``members``; ``runs`` whether it does more than that."""

    def __init__(self, parts: Iterable[ast.AST]) -> None:
        self.names: list[ast.Name] = []
        self.members: list[ast.Attribute] = []
        self.runs = False
        waiting = list(parts)
        while waiting:
            node = waiting.pop()
            inside = _INSIDE.get(type(node))
            if type(node) is ast.Name:
                self.names.append(node)
            elif inside is None:
                self._add(node)
            else:
                waiting += inside(node)

    def _add(self, node: ast.AST) -> None:
        for part in walk(node):
            kind = type(part)
            if kind is ast.Name:
                self.names.append(part)  # type: ignore[arg-type] # it is a name
            elif kind is ast.Attribute:
                self.members.append(part)  # type: ignore[arg-type] # it is an attribute
            elif kind is ast.Call or kind is ast.NamedExpr:
                self.runs = True

    def known(self, scope: Scope) -> dict[str, Value]:
        """Return what the names stand for now, where they stand for anything."""
        found = {n.id: scope.find(n.id) for n in self.names if type(n.ctx) is ast.Load}
        return {name: value for name, value in found.items() if value is not None}

    def require(self, world: World, scope: Scope) -> None:
        """Raise Undecided where a name or member is missing."""
        for name in self.names:
            found = scope.find(name.id)
            if found is None and type(name.ctx) is ast.Load:
                _refuse(world, name.id, name, scope)
            elif isinstance(found, Unsure):
                world.doubt(MAYBE.format(name.id), place_of(name, scope.module), "NameError")
        for member in self.members:
            owner = scope.find(member.value.id) if isinstance(member.value, ast.Name) else None
            if isinstance(owner, Module) and member_of(owner, member.attr) is None:
                _refuse(world, f"{owner.name}.{member.attr}", member, scope)


# The plainest parts of annotations, which are most of them.
_INSIDE: dict[type[ast.AST], Callable[[Any], list[ast.expr]]] = {
    ast.Constant: lambda _: [],
    ast.Subscript: lambda node: [node.value, node.slice],
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
}


def _refuse(world: World, name: str, node: ast.AST, scope: Scope) -> None:
    world.refuse(f"the name {name} is not defined", place_of(node, scope.module), "NameError")


def known(scope: Scope, parts: Iterable[ast.AST]) -> dict[str, Value]:
    """Return what the names that ``parts`` read stand for now, where they stand for anything."""
    return Read(parts).known(scope)


def code_now(scope: Scope, node: ast.stmt | ast.expr) -> Code:
    """Return the code of what runs now, in which names stand for what they do now."""
    return Code(node, scope, known(scope, [node]))


def require(world: World, scope: Scope, parts: Iterable[ast.AST]) -> None:
    """Raise Undecided where a name or member that code reads is missing."""
    Read(parts).require(world, scope)


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
        if name.isidentifier() and module.scope.find(name) is None:
            _refuse(world, name, text, module.scope)


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
