"""Expressions of CloudWatch: metric math, rules of composite alarms, filter patterns of logs.

The three share operators, calls and parentheses, and so one parser. An expression is a tree of
`Number`, `Text`, `Name`, `Call` and `Array`; an operator is a call of its own symbol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


class CannotParse(Exception):  # noqa: N818 - the name says what happened
    """The text is outside the grammar; the message says where."""


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Text:
    """A quoted text, without its quotes."""

    value: str


@dataclass(frozen=True)
class Name:
    """An identifier: a metric's id, an alarm's name, `$.selector` of a log event."""

    value: str


@dataclass(frozen=True)
class Call:
    """A function, or an operator under its symbol, and its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Array:
    """`[a, b]` in metric math, `(a, b)` as an argument in a composite's rule."""

    items: tuple[Node, ...]


Node = Number | Text | Name | Call | Array

# Loosest first; what stands in one row binds alike, from left to right.
BINARY = (
    ("OR", "||"),
    ("AND", "&&"),
    ("==", "=", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/"),
    ("^",),
)
SAME = {"||": "OR", "&&": "AND", "=": "==", "!": "NOT"}
COMPARISONS = 2

_MATH = r"(?P<name>[A-Za-z_]\w*)"
# Names of alarms and selectors hold what are operators elsewhere.
_LOOSE = r"(?P<name>\$?[\w.*%][^\s(),\"'=!<>&|\[\]{}]*(?:\[\d+\][^\s(),\"'=!<>&|{}]*)?)"
_LEXEME = r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?%?(?![\w.-]))
  | "(?P<text>(?:\\.|[^"\\])*)"
  | '(?P<single>[^']*)'
  | NAME
  | (?P<symbol>\|\||&&|==|!=|<=|>=|[-+*/^<>=!(),\[\]])
)"""
LEXEMES = {
    loose: re.compile(_LEXEME.replace("NAME", _LOOSE if loose else _MATH), re.VERBOSE)
    for loose in (False, True)
}


def parse(text: str, *, loose_names: bool = False) -> Node:
    """The tree of an expression; raises CannotParse.

    With `loose_names` an identifier may hold dots, dashes and colons, as the names of alarms and
    the selectors of log events do, and arithmetic is not told.
    """
    parser = _Parser(text, list(_tokens(text, LEXEMES[loose_names])))
    node = parser.binary(0)
    parser.end()
    return node


def _tokens(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        match = pattern.match(text, place)
        if match is None or match.lastgroup is None:
            raise CannotParse(f"not understood from {text[place:].strip()[:30]!r} on")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


class _Parser:
    """Precedence climbing over a list of tokens."""

    def __init__(self, text: str, tokens: list[tuple[str, str]]) -> None:
        self._text, self._tokens, self._next = text, tokens, 0

    def binary(self, level: int) -> Node:
        if level == len(BINARY):
            return self._unary()
        left = self.binary(level + 1)
        while (symbol := self._one_of(BINARY[level])) is not None:
            right = self.binary(level + 1)
            left = Call(SAME.get(symbol, symbol), (left, right))
        return left

    def end(self) -> None:
        if self._next < len(self._tokens):
            raise CannotParse(f"{self._tokens[self._next][1]!r} stands where nothing may follow")

    def _unary(self) -> Node:
        if (symbol := self._one_of(("NOT", "!", "-"))) is None:
            return self._atom()
        # NOT reaches over a comparison, a sign over one operand.
        operand = self._unary() if symbol == "-" else self.binary(COMPARISONS)
        return Call(SAME.get(symbol, symbol), (operand,))

    def _atom(self) -> Node:
        kind, value = self._take()
        if kind == "number":
            return Number(float(value.rstrip("%"))) if "%" not in value else Text(value)
        if kind in ("text", "single"):
            return Text(re.sub(r"\\(.)", r"\1", value))
        if kind == "name":
            return Call(value, self._items(")")) if self._one_of(("(",)) else Name(value)
        if value == "[":
            return Array(self._items("]"))
        if value == "(":
            items = self._items(")")
            return items[0] if len(items) == 1 else Array(items)
        raise CannotParse(f"{value!r} stands where an operand should")

    def _items(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._one_of((closing,)) is None:
            if items and self._one_of((",",)) is None:
                raise CannotParse(f"{closing!r} is missing in {self._text[:60]!r}")
            items.append(self.binary(0))
        return tuple(items)

    def _one_of(self, symbols: tuple[str, ...]) -> str | None:
        if self._next < len(self._tokens):
            kind, value = self._tokens[self._next]
            if kind in ("symbol", "name") and value in symbols:
                self._next += 1
                return value
        return None

    def _take(self) -> tuple[str, str]:
        if self._next == len(self._tokens):
            raise CannotParse("ends where an operand should stand")
        self._next += 1
        return self._tokens[self._next - 1]
