"""Compares code: functions, classes and statements that are known by what they say.

Two pieces are the same when they read the same and every name in them stands for the same thing.
That they read otherwise does not say that they do otherwise: they surely do only where nothing
but constants, or things that are known to differ, are in other places.
"""

from __future__ import annotations

import _ast as ast

from gate.static.tokens import tokens
from gate.static.values import Class, Function, Literal

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.scope import Scope
    from gate.static.tokens import Token
    from gate.static.values import Value

    Pair = tuple[int, int]


_comparing: set[Pair] = set()  # functions may name each other: what is being compared is equal


class Code:
    """A piece of code in its scope; equal to another one when they are known to be the same."""

    __slots__ = ("_early", "_tokens", "node", "scope")

    def __init__(
        self,
        node: ast.stmt | ast.expr,
        scope: Scope,
        early: dict[str, Value] | None = None,
    ) -> None:
        self.node = node
        self.scope = scope
        self._early = early or {}
        self._tokens: list[Token] | None = None

    def __repr__(self) -> str:
        return "code"  # the same for all: sorting must not depend on it

    def __hash__(self) -> int:
        return hash(Code)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Code):
            return NotImplemented
        if self.node is other.node and self.scope is other.scope:
            return True
        pair = (id(self.node), id(other.node))
        if pair in _comparing:
            return True
        _comparing.add(pair)
        try:
            return self._reads_alike(other) or self.tokens == other.tokens
        finally:
            _comparing.discard(pair)

    def _reads_alike(self, other: Code) -> bool:
        """Whether the text is the same and holds no name that stands for something else there."""
        if self.text != other.text or self.early or other.early:
            return False
        names = differing(self.scope, other.scope)
        return names is not None and not _mentions(self.text, names)

    @property
    def early(self) -> dict[str, Value]:
        """What names stood for when it ran, where they stand for something else by now."""
        find = self.scope.find
        return {name: value for name, value in self._early.items() if find(name) is not value}

    @property
    def text(self) -> bytes:
        """The source of this piece."""
        source = self.scope.module.source
        return b"" if source is None else source.segment(self.node)

    @property
    def tokens(self) -> list[Token]:
        """What the piece says, name by name; comments, docstrings and layout left out."""
        if self._tokens is None:
            self._tokens = tokens(self.node, self.scope, self.early)
        return self._tokens


def differing(one: Scope, other: Scope) -> frozenset[str] | None:
    """Return the names that do not stand for the same in two scopes; None where that is not known.

    A function that mentions such a name is one of them.
    """
    if id(other) not in one.differing:
        one.differing[id(other)] = None  # while we look
        # What is being compared further out is not yet known to be equal.
        open_pairs = _comparing.copy()
        _comparing.clear()
        try:
            names = _differing(one.visible(), other.visible())
            one.differing[id(other)] = None if len(names) > MAX_DIFFERING else frozenset(names)
        finally:
            _comparing.update(open_pairs)
    return one.differing[id(other)]


def _differing(mine: dict[str, Value], theirs: dict[str, Value]) -> set[str]:
    names = {name for name in mine.keys() | theirs.keys() if not _alike(name, mine, theirs)}
    texts = {name: _own_text(mine[name]) for name in mine.keys() - names}
    more = names
    while more and len(names) <= MAX_DIFFERING:
        more = {name for name, text in texts.items() if text and _mentions(text, names)}
        names |= more
        texts = {name: text for name, text in texts.items() if name not in more}
    return names


def _alike(name: str, mine: dict[str, Value], theirs: dict[str, Value]) -> bool:
    if name not in mine or name not in theirs:
        return False
    one, two = mine[name], theirs[name]
    text, other = _own_text(one), _own_text(two)
    if text and other and text != other:
        return False
    plain = text and other and not (_bound_early(one) or _bound_early(two))
    if plain and _defaults_of(one) == _defaults_of(two) is not None:
        return True
    from gate.static.shapes import shape  # noqa: PLC0415 - shapes are made of code

    return shape(mine[name]) == shape(theirs[name])


def _bound_early(value: Value) -> bool:
    """Whether more than the text of a definition says what it is."""
    early = value.early.items() if isinstance(value, Function | Class) else ()
    return any(value.scope.find(name) is not what for name, what in early)  # type: ignore[attr-defined] # it has a scope


def _defaults_of(value: Value) -> dict[str, str] | None:
    """Return the defaults of a function's parameters where all are constants, or else None."""
    defaults = value.defaults if isinstance(value, Function) else {}
    known = {n: repr(d.value) for n, d in defaults.items() if isinstance(d, Literal)}
    return known if len(known) == len(defaults) else None


def _own_text(value: Value) -> bytes:
    """Return the source of a function or class of an entry point's module, or nothing."""
    if not isinstance(value, Function | Class):
        return b""
    module = value.scope.module
    return module.source.segment(value.node) if module.own and module.source else b""


MAX_DIFFERING = 200  # names; with more of them it is quicker to read the code


def _mentions(text: bytes, names: frozenset[str] | set[str]) -> bool:
    return any(name.encode() in text for name in names)
