"""Parses a file that is much like one that is parsed already: only what is new in it.

Statements of a module that stand alone on their lines are taken over where their text is the same.
What lies between them is parsed by itself: where it is no whole statement that fails, and then the
file is parsed as any other. So do the few rules that concern a module as a whole.
"""

from __future__ import annotations

import _ast as ast

from gate.static.tokens import walk

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Parse = Callable[[bytes], list[ast.stmt]]
    Known = dict[bytes, list[tuple[list[bytes], ast.stmt]]]

SMALLEST = 2_000  # bytes, of a file that is worth it
OF_MODULES = (b"coding", b"__future__", b"\xef\xbb\xbf", b"\r", b"\f", b"\x00")


class Splice:
    """The statements of a new file, and the lines that their line numbers are about.

    Those are the lines of the model with the new ones behind them.
    """

    def __init__(self, body: list[ast.stmt], lines: list[bytes]) -> None:
        self.body = body
        self.lines = lines


def spliced(data: bytes, model: ast.Module, lines: list[bytes], parse: Parse) -> Splice | None:
    """Return what ``data`` has beside what ``model`` has; None where that cannot be said.

    ``parse`` returns the statements of a source, and raises SyntaxError.
    """
    new = data.splitlines(keepends=True)
    if min(len(data), sum(map(len, lines))) < SMALLEST or _is_special(data, new, model, lines):
        return None
    known = _known(model, lines)
    splice = Splice([], list(lines))
    try:
        for old, text in _pieces(new, known):
            splice.body += [old] if old is not None else _parsed(splice, text, parse)
    except (SyntaxError, ValueError):
        return None
    is_global = b"global" in data and any(isinstance(n, ast.Global) for n in _own_nodes(splice))
    return None if is_global else splice


def _is_special(data: bytes, new: list[bytes], model: ast.Module, lines: list[bytes]) -> bool:
    """Whether a rule may concern either file as a whole; a last line that is not ended."""
    heads = b"".join((*new[:2], *lines[:2]))
    future = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in model.body)
    odd = any(word in (heads if word == b"coding" else data) for word in OF_MODULES)
    return odd or future or not data.endswith(b"\n")


def _known(model: ast.Module, lines: list[bytes]) -> Known:
    """Return the statements of the model that have their lines for themselves, by the first."""
    known: Known = {}
    body = model.body
    ends = [0, *(node.end_lineno or 0 for node in body)]
    starts = [*map(_start, body), len(lines) + 1]
    for at, node in enumerate(body):
        if starts[at] > ends[at] and ends[at + 1] < starts[at + 1]:
            text = lines[starts[at] - 1 : ends[at + 1]]
            known.setdefault(text[0], []).append((text, node))
    return known


def _start(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _pieces(lines: list[bytes], known: Known) -> Iterator[tuple[ast.stmt | None, list[bytes]]]:
    """Yield statements that are known, and the lines between them."""
    between: list[bytes] = []
    at = 0
    while at < len(lines):
        found = _match(lines, at, known)
        if found is None:
            if between or not _is_empty(lines[at]):
                between.append(lines[at])
            at += 1
            continue
        if between:
            yield None, between
            between = []
        yield found[1], []
        at += len(found[0])
    if between:
        yield None, between


def _match(lines: list[bytes], at: int, known: Known) -> tuple[list[bytes], ast.stmt] | None:
    for text, node in known.get(lines[at], ()):
        end = at + len(text)
        if lines[at:end] == text and not _goes_on(lines, end):
            return text, node
    return None


def _goes_on(lines: list[bytes], at: int) -> bool:
    """Whether what follows belongs to the statement before it."""
    while at < len(lines) and _is_empty(lines[at]):
        at += 1
    return at < len(lines) and lines[at][:1] in b" \t"


def _is_empty(line: bytes) -> bool:
    text = line.strip()
    return not text or text.startswith(b"#")


def _parsed(splice: Splice, text: list[bytes], parse: Parse) -> list[ast.stmt]:
    """Parse new lines so that their numbers are those behind all lines that there are."""
    body = parse(b"\n" * len(splice.lines) + b"".join(text))
    splice.lines += text
    return body


def _own_nodes(splice: Splice) -> Iterator[ast.AST]:
    return (node for statement in splice.body for node in walk(statement))
