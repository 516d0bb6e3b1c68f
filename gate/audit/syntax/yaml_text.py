"""A careful reader of the YAML that people write in compose files and templates.

It understands block and inline mappings and lists, quoted, plain and block scalars over several
lines, comments, anchors, aliases, merges, tags and several documents. What it does not understand
(`? ` keys, directives, pairs inside lists, templates of templates) it refuses: docs/decisions.
"""

from __future__ import annotations

import re

from gate.audit.syntax.yaml_flow import DEEPEST, Flow
from gate.audit.syntax.yaml_nodes import Node, Unreadable
from gate.audit.syntax.yaml_scalars import block_scalar, plain_scalar

UNSURE = re.compile("[\r\x85\u2028\u2029]")
MARKER = re.compile(r"(---|\.\.\.)(?=\s|$)")
PROPERTY = re.compile(r"(&[\w.-]+|![^\s,\[\]{}]*)(\s+|$)")
PLAIN_KEY = re.compile(r"(?![\[\]{},#&*!|>'\"%@`]|[-?:](\s|$))(?P<key>[^\s].*?)\s*:(\s+|$)")
QUOTED_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*:(\s+|$)""")


def documents(text: str) -> list[Node]:
    """Return the documents of a YAML file; raises Unreadable."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        if UNSURE.search(line):
            raise Unreadable(number, "a character that ends a line in YAML 1.1 alone")
    return [_Block(part, first).document() for first, part in _parts(lines)]


def _parts(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Cut a file at its document markers: the number of the first line, and the lines."""
    parts: list[tuple[int, list[str]]] = [(1, [])]
    for number, line in enumerate(lines, 1):
        marker = MARKER.match(line)
        if marker is None:
            parts[-1][1].append(line)
        else:
            parts.append((number, ["   " + line[3:] if marker[1] == "---" else ""]))
    return [part for part in parts if any(_says_something(line) for line in part[1])]


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


class _Block:
    """One document; ``at`` is the index of the line that comes next."""

    def __init__(self, lines: list[str], first: int) -> None:
        self.lines, self.first, self.at, self.depth = lines, first, 0, 0
        self.anchors: dict[str, Node] = {}

    def document(self) -> Node:
        node = self._block(0, parent=-1)
        if self._next() is not None:
            raise self._unreadable("text that belongs to nothing")
        return node

    def _unreadable(self, why: str) -> Unreadable:
        return Unreadable(self.first + min(self.at, len(self.lines) - 1), why)

    def _next(self) -> tuple[int, str] | None:
        """The next line that says something: its indentation and its text."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if _says_something(line):
                text = line.lstrip(" ")
                if text[0] == "\t" or (text[0] == "%" and len(text) == len(line)):
                    raise self._unreadable("a tab as indentation, or a directive")
                return len(line) - len(text), text.rstrip()
            self.at += 1
        return None

    def _block(self, least: int, *, parent: int) -> Node:
        """Read what stands at an indentation of ``least`` or more; an empty scalar if nothing."""
        following = self._next()
        if following is None or following[0] < least:
            return Node(self.first + max(self.at - 1, 0))
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._unreadable("nested too deeply")
        indent, text = following
        if _is_item(text):
            node = self._list(indent)
        elif _key(text) is not None:
            node = self._mapping(indent)
        else:
            node = self._value(indent, parent=parent)
        self.depth -= 1
        return node

    def _list(self, indent: int) -> Node:
        node, items = Node(self.first + self.at), []
        while (following := self._next()) and following[0] == indent and _is_item(following[1]):
            rest = following[1][1:].lstrip()
            # The dash becomes a blank: what follows it is a block of its own, where it stands.
            self.lines[self.at] = " " * (indent + 1) + self.lines[self.at][indent + 1 :]
            if not rest or rest.startswith("#") or _is_item(rest) or _key(rest) is not None:
                items.append(self._block(indent + 1, parent=indent))
            else:
                column = len(self.lines[self.at]) - len(self.lines[self.at].lstrip())
                items.append(self._value(column, parent=indent))
        if following is not None and following[0] > indent:
            raise self._unreadable("indentation that belongs to nothing")
        node.value = items
        return node

    def _mapping(self, indent: int) -> Node:
        node = Node(self.first + self.at)
        members: dict[str, Node] = {}
        while (following := self._next()) and following[0] == indent:
            pair = _key(following[1])
            if pair is None:
                if _is_item(following[1]):
                    break
                raise self._unreadable("neither a key nor a list item")
            key, length = pair
            members[key] = self._value(indent + length, parent=indent, of_key=True)
        if following is not None and following[0] > indent:
            raise self._unreadable("indentation that belongs to nothing")
        node.value = members
        return node

    def _value(self, column: int, *, parent: int, of_key: bool = False) -> Node:
        """Read the value that begins in the current line at ``column``, or below it."""
        line, properties = self.first + self.at, {}
        while found := PROPERTY.match(self.lines[self.at], column):
            properties[found[1][0]] = found[1]
            column = found.end()
        node = self._bare(column, parent, of_key=of_key)
        if isinstance(node.value, str) or properties:
            node = Node(line, node.value, node.tag)
        node.tag = properties.get("!", node.tag)
        if "&" in properties:
            self.anchors[properties["&"][1:]] = node
        return node

    def _bare(self, column: int, parent: int, *, of_key: bool) -> Node:
        text = self.lines[self.at][column:].strip()
        if not text or text.startswith("#"):
            return self._below(parent, of_key=of_key)
        if text[0] in "|>" and parent >= 0:
            value, self.at = block_scalar(self.lines, self.at, text, parent, self._unreadable)
            return Node(0, value)
        if text[0] in "[{\"'*":
            flow = Flow(self.lines, self.at, column, self.first, self.anchors)
            node = flow.node(self.depth)
            flow.end()
            self.at = flow.row
            return node
        if text[0] in "%@`&!|>" or text == "?" or text.startswith(("? ", "- ")):
            raise self._unreadable(f"{text[0]!r} where a value was expected")
        value, self.at = plain_scalar(self.lines, self.at, column, parent, self._unreadable)
        return Node(0, value)

    def _below(self, parent: int, *, of_key: bool) -> Node:
        self.at += 1
        following = self._next()
        if of_key and following and following[0] == parent and _is_item(following[1]):
            return self._list(parent)
        return self._block(parent + 1, parent=parent)


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith(("- ", "-\t"))


def _key(text: str) -> tuple[str, int] | None:
    """The key that a line begins with, and where its value begins; None if it has none."""
    if found := QUOTED_KEY.match(text):
        flow = Flow([text], 0, 0, 1, {})
        return flow.node().text, found.end()
    found = PLAIN_KEY.match(text)
    if found is None or " #" in found["key"] or found["key"].startswith("? "):
        return None
    return found["key"], found.end()
