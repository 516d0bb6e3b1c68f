"""Code as a flat list of tokens, with every name replaced by what it stands for."""

from __future__ import annotations

import _ast as ast

from gate.static.members import member_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.static.scope import Scope
    from gate.static.values import Value

    Token = tuple[str, Any]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Where a field says nothing about what the code does.
APART = {"decorator_list", "returns"}  # of a definition; the second is about a response alone
IGNORED = {"ctx", "type_comment", "kind", "type_ignores"}


def tokens(node: ast.AST, scope: Scope, early: dict[str, Value] | None = None) -> list[Token]:
    """Return the tokens of a function, class, statement or expression.

    A token is ("node", type), ("constant", its text), ("local", name), ("text", an identifier),
    ("document", a class's docstring) or ("shape", what a name stands for). Decorators of ``node``
    itself and what it returns are left out, as are docstrings of functions. Names in annotations,
    defaults and bases stand for what ``early`` says, if it says so; those in bodies for what they
    stand for at last.
    """
    return list(_Walk(scope, early or {}).of(node, frozenset(), outermost=True))


class _Walk:
    def __init__(self, scope: Scope, early: dict[str, Value]) -> None:
        self._scope = scope
        self._early = early
        self._is_early = False  # whether the code at hand runs when the whole is defined
        self._is_local = False  # whether it is in the body of a function

    def of(
        self, node: ast.AST, local: frozenset[str], *, outermost: bool = False
    ) -> Iterator[Token]:
        """Yield the tokens of ``node``, in which ``local`` are names of the code itself."""
        if isinstance(node, ast.Constant):
            yield ("constant", repr(node.value))
        elif isinstance(node, ast.Name):
            loaded = isinstance(node.ctx, ast.Load)
            yield self._name(node.id, local) if loaded else ("local", node.id)
        elif isinstance(node, ast.Attribute) and (value := self._resolved(node, local)) is not None:
            yield _shaped(value)
        else:
            yield ("node", type(node).__name__)
            yield from self._fields(node, local | bound_in(node), outermost=outermost)

    def _fields(self, node: ast.AST, local: frozenset[str], *, outermost: bool) -> Iterator[Token]:
        for field in node._fields:
            value = getattr(node, field, None)
            if field in IGNORED or (outermost and field in APART):
                continue
            if field == "annotation" and self._is_local and isinstance(node, ast.AnnAssign):
                continue  # of a local name: nobody evaluates it
            before, outside = self._is_early, self._is_local
            self._is_local = _is_local(node, field, outside)
            self._is_early = _runs_early(node, field, before, outermost=outermost)
            if isinstance(value, list):
                if isinstance(node, ast.ClassDef) and field == "body":
                    yield ("document", _docstring(value))
                yield ("node", f"{field} of {sum(map(counts, value))}")
                for item in filter(counts, value):
                    yield from (
                        self.of(item, local) if isinstance(item, ast.AST) else [("text", item)]
                    )
            elif isinstance(value, ast.AST):
                yield from self.of(value, local)
            else:
                yield ("text", value)
            self._is_early, self._is_local = before, outside

    def _find(self, name: str) -> Value | None:
        early = self._early.get(name) if self._is_early else None
        return self._scope.find(name) if early is None else early

    def _name(self, name: str, local: frozenset[str]) -> Token:
        value = None if name in local else self._find(name)
        return ("local", name) if value is None else _shaped(value)

    def _resolved(self, node: ast.expr, local: frozenset[str]) -> Value | None:
        """Return what a dotted name stands for where that is something outside."""
        if isinstance(node, ast.Name):
            return None if node.id in local else self._find(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._resolved(node.value, local)
            return None if owner is None else member_of(owner, node.attr)
        return None


def _runs_early(node: ast.AST, field: str, before: bool, *, outermost: bool) -> bool:
    """Whether a part of ``node`` runs when the outermost definition does."""
    if isinstance(node, FUNCTIONS):
        return field != "body" and (outermost or before)
    return outermost or before


def _is_local(node: ast.AST, field: str, before: bool) -> bool:
    """Whether names that a part of ``node`` binds are those of a function."""
    if field == "body" and isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return not isinstance(node, ast.ClassDef)
    return before


def _shaped(value: Value) -> Token:
    from gate.static.shapes import shape  # noqa: PLC0415 - shapes are made of code

    return ("shape", shape(value))


def _docstring(body: list[ast.stmt]) -> str:
    """Return the docstring of a class: a model's is in the OpenAPI document."""
    first = body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return repr(first.value.value) if is_text else ""  # type: ignore[attr-defined] # it is one


def counts(item: object) -> bool:
    """Whether a statement does anything: docstrings and other bare constants do not."""
    return not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))


def bound_in(node: ast.AST) -> frozenset[str]:
    """Return the names that a function, lambda, class or comprehension binds for itself."""
    if isinstance(node, FUNCTIONS):
        body = node.body if isinstance(node.body, list) else [node.body]
        names = {name for part in body for name in stored(part)}
        declared = {n for part in walk(node) if isinstance(part, ast.Global) for n in part.names}
        return frozenset(names - declared | set(parameters(node.args)))
    if isinstance(node, ast.ClassDef):
        return frozenset()  # what its body binds is compared by what it is bound to
    if isinstance(node, COMPREHENSIONS):
        return frozenset(name for part in node.generators for name in stored(part.target))
    return frozenset()


def parameters(arguments: ast.arguments) -> list[str]:
    """Return the names of all parameters."""
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra)
    return [argument.arg for argument in every]


def stored(node: ast.AST) -> Iterator[str]:
    """Yield the names that ``node`` binds in its own scope."""
    return (name for part in walk(node) if type(part) in BINDING for name in binds(part))


BINDING = {
    *(ast.Name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
}


def binds(part: ast.AST) -> list[str]:
    """Return the names that a node binds by itself, not by what is in it."""
    if isinstance(part, ast.Name):
        return [] if isinstance(part.ctx, ast.Load) else [part.id]
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [part.name]
    if isinstance(part, ast.alias):
        return [part.asname or part.name.partition(".")[0]]
    if isinstance(part, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return [part.name] if part.name else []
    if isinstance(part, ast.MatchMapping):
        return [part.rest] if part.rest else []
    return []


def walk(node: ast.AST, *, into: bool = False) -> list[ast.AST]:
    """Return ``node`` and what is in it; not what is inside functions in it, unless ``into``.

    Operators and the like are left out.
    """
    found = [node]
    for part in found:  # it grows while we go
        kind = type(part)
        if kind in CLOSED and part is not node and not into:
            continue
        for field in _CHILDREN.get(kind) or _children(kind):
            value = getattr(part, field, None)
            if isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


CLOSED = {*FUNCTIONS, *COMPREHENSIONS}
# Fields in which there is never anything that somebody looks for.
BARE = frozenset(
    (
        *("ctx", "op", "ops", "id", "attr", "arg", "name", "module", "level", "asname", "kind"),
        *("type_comment", "type_ignores", "conversion", "simple", "rest", "kwd_attrs", "is_async"),
    )
)
_CHILDREN: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ("",), ast.Name: ("",)}


def _children(kind: type[ast.AST]) -> tuple[str, ...]:
    _CHILDREN[kind] = tuple(field for field in kind._fields if field not in BARE) or ("",)
    return _CHILDREN[kind]
