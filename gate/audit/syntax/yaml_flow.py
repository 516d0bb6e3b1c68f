"""The part of YAML that is written inline: quoted text, `[lists]` and `{mappings}`."""

from __future__ import annotations

import re

from gate.audit.syntax.yaml_nodes import Node, Unreadable

DEEPEST = 60
ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "_": "\xa0",
    "N": "\x85", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
HEX = {"x": 2, "u": 4, "U": 8}
ANCHOR = re.compile(r"&[\w.-]+")
INDICATORS = ",[]{}"


class Flow:
    """Reads one inline value that begins in ``lines[row]`` at ``column``; `row` moves on.

    Args:
        lines: of the document.
        row: index of the line.
        column: where the value begins.
        first: the number of the document's first line in its file.
        anchors: the nodes that an alias can name.
    """

    def __init__(
        self, lines: list[str], row: int, column: int, first: int, anchors: dict[str, Node]
    ) -> None:
        self.lines, self.row, self.column = lines, row, column
        self.first, self.anchors = first, anchors

    def node(self, depth: int = 0) -> Node:
        """Read a value; raises Unreadable."""
        if depth > DEEPEST:
            raise self.unreadable("nested too deeply")
        self.skip_space()
        line, tag, anchor = self.line, "", ""
        while self.peek() in "!&" and self.peek():
            word = self._word()
            if word[0] == "&" and not ANCHOR.fullmatch(word):
                raise self.unreadable(f"{word} is no anchor")
            tag, anchor = (word, anchor) if word[0] == "!" else (tag, word[1:])
            self.skip_space()
        node = self._value(depth)
        node.line, node.tag = line, tag or node.tag
        if anchor:
            self.anchors[anchor] = node
        return node

    def end(self) -> None:
        """Nothing but a comment may follow on the line; `row` goes to the next one."""
        rest = self.lines[self.row][self.column :]
        if rest.strip() and not (rest[0].isspace() and rest.lstrip().startswith("#")):
            raise self.unreadable("text after a value")
        self.row += 1

    @property
    def line(self) -> int:
        """The number of the current line in its file."""
        return self.first + self.row

    def unreadable(self, why: str) -> Unreadable:
        """The error about the current line."""
        return Unreadable(self.line, why)

    def peek(self) -> str:
        """The current character; a line's end is a new line, the document's end is ""."""
        if self.row >= len(self.lines):
            return ""
        line = self.lines[self.row]
        return line[self.column] if self.column < len(line) else "\n"

    def advance(self) -> str:
        """Take the current character; raises Unreadable at the end of the document."""
        char = self.peek()
        if char == "\n":
            self.row, self.column = self.row + 1, 0
        else:
            self.column += 1
        if not char:
            self.row = len(self.lines) - 1
            raise self.unreadable("a quote or bracket is never closed")
        return char

    def skip_space(self) -> None:
        """Go to the next character that means something."""
        while (char := self.peek()) and (char.isspace() or char == "#"):
            if char == "#":
                if self.column and not self.lines[self.row][self.column - 1].isspace():
                    return
                self.column = len(self.lines[self.row])
            else:
                self.advance()

    def _value(self, depth: int) -> Node:
        char = self.peek()
        if char == "[":
            return self._list(depth)
        if char == "{":
            return self._mapping(depth)
        if char == '"':
            return Node(self.line, self._double())
        if char == "'":
            return Node(self.line, self._single())
        if char == "*":
            return self._alias()
        return Node(self.line, self._plain())

    def _list(self, depth: int) -> Node:
        node, items = Node(self.line), []
        self.advance()
        while self._more("]"):
            items.append(self.node(depth + 1))
            self.skip_space()
            if self.peek() == ":":
                raise self.unreadable("a pair inside a list")
            self._separator("]")
        node.value = items
        return node

    def _mapping(self, depth: int) -> Node:
        node, members = Node(self.line), {}
        self.advance()
        while self._more("}"):
            key = self.node(depth + 1)
            if not isinstance(key.value, str):
                raise self.unreadable("a key that is no text")
            self.skip_space()
            members[key.value] = Node(self.line)
            if self.peek() == ":":
                self.advance()
                self.skip_space()
                if self.peek() not in (",", "}"):
                    members[key.value] = self.node(depth + 1)
            self._separator("}")
        node.value = members
        return node

    def _more(self, closing: str) -> bool:
        self.skip_space()
        if self.peek() != closing:
            return True
        self.advance()
        return False

    def _separator(self, closing: str) -> None:
        self.skip_space()
        if self.peek() == ",":
            self.advance()
        elif self.peek() != closing:
            self._unexpected()

    def _unexpected(self) -> None:
        if not self.peek():
            self.advance()
        raise self.unreadable(f"{self.peek()!r} where a comma or the end was expected")

    def _word(self) -> str:
        word = ""
        while (char := self.peek()) and not char.isspace() and char not in INDICATORS:
            word += self.advance()
        return word

    def _alias(self) -> Node:
        name = self._word()[1:]
        if name not in self.anchors:
            raise self.unreadable(f"*{name} names no anchor before it")
        return self.anchors[name]

    def _plain(self) -> str:
        if not self.peek() or self.peek() in INDICATORS + "%@`|>?:#":
            self._unexpected()
        text = ""
        while (char := self.peek()) and char not in INDICATORS:
            if char == ":" and self._ends_key():
                break
            if char == "#" and text[-1:].isspace():
                break
            if char == "\n":
                text = text.rstrip() + self._folded()
            else:
                text += self.advance()
        return text.rstrip()

    def _ends_key(self) -> bool:
        line = self.lines[self.row]
        after = line[self.column + 1 : self.column + 2]
        return not after or after.isspace() or after in INDICATORS

    def _folded(self) -> str:
        """Take a line's end and the indentation after it; one is a blank, more are new lines."""
        ends = 0
        while self.peek() and self.peek().isspace():
            ends += self.advance() == "\n"
        return " " if ends == 1 else "\n" * (ends - 1)

    def _single(self) -> str:
        self.advance()
        parts: list[str] = []
        while True:
            if self.peek() == "\n":
                _fold(parts, self._folded())
            elif (char := self.advance()) != "'":
                parts.append(char)
            elif self.peek() == "'":
                parts.append(self.advance())
            else:
                return "".join(parts)

    def _double(self) -> str:
        self.advance()
        parts: list[str] = []
        while True:
            if self.peek() == "\n":
                _fold(parts, self._folded())
            elif (char := self.advance()) == "\\":
                parts += [self._escape(), ""]  # the "" keeps an escaped blank from being folded
            elif char == '"':
                return "".join(parts)
            else:
                parts.append(char)

    def _escape(self) -> str:
        if self.peek() == "\n":
            folded = self._folded()
            return "" if folded == " " else folded
        char = self.advance()
        if char in HEX:
            digits = "".join(self.advance() for _ in range(HEX[char]))
            try:
                return chr(int(digits, 16))
            except (ValueError, OverflowError):
                raise self.unreadable(f"\\{char}{digits} is no character") from None
        if char not in ESCAPES:
            raise self.unreadable(f"\\{char} is no escape")
        return ESCAPES[char]


def _fold(parts: list[str], end: str) -> None:
    while parts and parts[-1] in (" ", "\t"):
        parts.pop()
    parts.append(end)
