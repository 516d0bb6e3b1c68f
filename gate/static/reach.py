"""What code that is not followed could get at, and so could change."""

from __future__ import annotations

import _ast as ast

from gate.static.events import Application, Decorator, Part
from gate.static.packages import MIRRORS, WILD
from gate.static.scope import Module
from gate.static.tokens import BINDING, FUNCTIONS, binds, parameters, walk
from gate.static.values import (
    Class,
    Container,
    Function,
    Got,
    Instance,
    Items,
    Made,
    Method,
    Opaque,
    Pairs,
    Symbol,
    Unsure,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from gate.static.scope import Scope


class Reach:
    """Everything that can be got at from some values.

    ``found`` are applications, containers and instances, ``classes`` those of the tree; ``modules``
    are modules as such, whose names could be rebound; ``rebound`` the namespaces and names that
    functions declare global; ``missing`` the names in their code that stand for nothing, ``wild``
    what in it may change anything; ``read`` what the names in functions stand for now, ``stored``
    the attributes that are set in their code, ``runs`` whether there is any.

    Where the values are ``idle`` nobody calls what is among them: their code is not looked at, but
    for that which has made one of them.
    """

    def __init__(self, values: Iterable[Value], *, idle: bool = False) -> None:
        self._idle = idle
        self._called: set[int] = set()
        self.found: list[Application | Container | Instance] = []
        self.modules: list[Module] = []
        self.classes: list[Class] = []
        self.rebound: list[tuple[dict[str, Value], str]] = []
        self.missing: list[str] = []
        self.wild: list[str] = []
        self.read: list[tuple[str, Value]] = []
        self.stored: set[str] = set()
        self.runs = False
        self._seen: set[int] = set()
        self._waiting = list(values)
        self._go_on()

    def add_code(self, node: ast.AST, scope: Scope) -> None:
        """Add what a piece of code can get at by the names in it."""
        self._waiting += self._named(node, scope)
        self.read += _read(node, scope)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting:
            value = self._waiting.pop()
            if id(value) not in self._seen:
                self._seen.add(id(value))
                self._waiting += self._inside(value)

    def _inside(self, value: Value) -> list[Value]:
        """Note ``value`` where it can be changed; return what can be got at through it."""
        if isinstance(value, Application | Container | Instance):
            self.found.append(value)
        if isinstance(value, Module):
            self.modules.append(value)
        if isinstance(value, Class):
            self.classes.append(value)
        if isinstance(value, Made | Method):
            self._called.add(id(value.callee if isinstance(value, Made) else value.function))
        if self._idle and isinstance(value, Class):
            return value.bases
        parts = _PARTS.get(type(value))
        inside = parts(value) if parts is not None else []
        if isinstance(value, Function) and (not self._idle or id(value) in self._called):
            self.read += _read(value.node, value.scope)
            self.runs = True
            return [*self._named(value.node, value.scope), *inside]
        return inside

    def _named(self, node: ast.AST, scope: Scope) -> list[Value]:
        """Return what the names in ``node`` stand for; of a module only the members named."""
        names, members, stored_members, declared, own = _names_in(node)
        self.stored |= stored_members
        self.wild += _wild(names, members, scope)
        self.missing += [n for n in names if n not in own and scope.find(n) is None]
        self.rebound += [(scope.owner(name), name) for name in declared]
        return list(_stand_for(names, members, scope))


Names = tuple[list[str], list[str], set[str], list[str], set[str]]
_CACHE: dict[ast.AST, Names] = {}


def _names_in(node: ast.AST) -> Names:
    """Return the names and members in it, the members set, the names declared global, its own."""
    if node not in _CACHE:
        _CACHE[node] = _collected(node)
    return _CACHE[node]


def _collected(node: ast.AST) -> Names:
    names, members, stored_members, declared, own = set(), set(), set(), [], set()
    for part in walk(node, into=True):
        kind = type(part)
        if kind is ast.Name:
            names.add(part.id)  # type: ignore[attr-defined] # it is a name
        elif kind is ast.Attribute:
            members.add(part.attr)  # type: ignore[attr-defined] # it is an attribute
            if type(part.ctx) is not ast.Load:  # type: ignore[attr-defined]
                stored_members.add(part.attr)  # type: ignore[attr-defined]
        elif kind is ast.Global or kind is ast.Nonlocal:
            declared += part.names  # type: ignore[attr-defined] # it is one of them
        if kind in BINDING:
            own.update(binds(part))
        if kind in FUNCTIONS:
            own.update(parameters(part.args))  # type: ignore[attr-defined] # it has arguments
    return sorted(names), sorted(members), stored_members, declared, own


def _read(node: ast.AST, scope: Scope) -> list[tuple[str, Value]]:
    """Return what the names of other scopes in code stand for, and members of modules."""
    names, members, *_ = _names_in(node)
    found = [(name, scope.find(name)) for name in names]
    modules = [value for _, value in found if isinstance(value, Module)]
    inside = [(m, module.scope.names.get(m)) for module in modules for m in members]
    every = [*found, *inside]
    return [(n, v) for n, v in every if v is not None and not isinstance(v, Symbol | Module)]


def _wild(names: list[str], members: list[str], scope: Scope) -> Iterator[str]:
    for name in names:
        value = scope.find(name)
        if isinstance(value, Symbol):
            paths = (value.path, *(f"{value.path}.{member}" for member in members))
            yield from (p.removeprefix("builtins.") for p in paths if p in WILD | MIRRORS)


def _stand_for(names: list[str], members: list[str], scope: Scope) -> Iterator[Value]:
    for name in names:
        value = scope.find(name)
        if isinstance(value, Module):
            found = value.scope.names
            yield from (found[member] for member in members if member in found)
        elif value is not None:
            yield value


_PARTS: dict[type[Value], Callable[[Any], list[Value]]] = {
    Made: lambda value: [value.callee, *value.args, *value.kwargs.values()],
    Got: lambda value: [value.owner],
    Part: lambda value: [value.owner],
    Decorator: lambda value: [value.owner],
    Opaque: lambda value: list(value.parts),
    Unsure: lambda value: list(value.parts),
    Items: lambda value: value.items,
    Pairs: lambda value: [part for pair in value.pairs for part in pair],
    Instance: lambda value: [value.cls, *value.attributes.values()],
    Method: lambda value: [value.owner, value.function],
    Function: lambda value: list(value.defaults.values()),
    Class: lambda value: [*value.names.values(), *value.bases],
}
