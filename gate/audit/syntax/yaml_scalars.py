"""YAML's scalars that go over several lines: plain text, `|` and `>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gate.audit.syntax.yaml_nodes import Unreadable

HEADER = re.compile(r"(?P<style>[|>])(?P<a>[+-]?)(?P<indent>[1-9]?)(?P<b>[+-]?)(\s+#.*)?")
COMMENT = re.compile(r"(^|\s)#.*")
PAIR = re.compile(r":(\s|$)")

Complain = Callable[[str], Unreadable]


def plain_scalar(
    lines: list[str], at: int, column: int, parent: int, complain: Complain
) -> tuple[str, int]:
    """Read plain text from ``column`` on; return it and the index of the line after it.

    It goes on in the lines that are indented more than ``parent``. Raises Unreadable.
    """
    text, goes_on = _without_comment(lines[at][column:])
    if PAIR.search(text):
        raise complain("a second key in one line")
    at, blank = at + 1, 0
    while goes_on and at < len(lines):
        line = lines[at]
        if line.strip():
            if _indent(line) <= parent or line.lstrip().startswith("#"):
                break
            more, goes_on = _without_comment(line)
            if PAIR.search(more):
                raise complain("a key below a value")
            text, blank = f"{text}{_joint(blank)}{more}", 0
        else:
            blank += 1
        at += 1
    return text, at


def block_scalar(
    lines: list[str], at: int, header: str, parent: int, complain: Complain
) -> tuple[str, int]:
    """Read the text below `|` or `>`; return it and the index of the line after it."""
    found = HEADER.fullmatch(header)
    if found is None:
        raise complain("text after | or >")
    begin = end = at + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > parent):
        end += 1
    body = lines[begin:end]
    first = next((line for line in body if line.strip()), "")
    indent = max(parent, 0) + int(found["indent"]) if found["indent"] else _indent(first)
    if any(line.strip() and _indent(line) < indent for line in body):
        raise complain("a line of the text is indented less than its first")
    # Blanks alone are no text, however many.
    content = [line[indent:] if first else "" for line in body]
    return _chomped(content, found["style"] == ">", found["a"] + found["b"]), end


def _chomped(content: list[str], folded: bool, chomping: str) -> str:
    kept = len(content)
    while kept and not content[kept - 1]:
        kept -= 1
    text = "".join(_folds(content[:kept])) if folded else "\n".join(content[:kept])
    if chomping == "+":
        return text + "\n" * (len(content) - kept + bool(kept))
    return text if chomping == "-" or not kept else text + "\n"


def _folds(content: list[str]) -> Iterator[str]:
    """Yield the lines and what joins them: a blank, unless one of the two is indented."""
    before, blank = "", 0
    for number, line in enumerate(content):
        if not line:
            blank += 1
            continue
        if number and number != blank:
            indented = before[0].isspace() or line[0].isspace()
            yield "\n" * (blank + 1) if indented else _joint(blank)
        else:
            yield "\n" * blank
        yield line
        before, blank = line, 0


def _joint(blank: int) -> str:
    return "\n" * blank if blank else " "


def _without_comment(text: str) -> tuple[str, bool]:
    """The text without its comment, and whether it had none and may go on below."""
    bare = COMMENT.sub("", text)
    return bare.strip(), bare == text


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
