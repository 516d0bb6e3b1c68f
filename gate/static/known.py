"""What calls of libraries take that they surely do not fail with, and what they return.

``known.txt`` has a line for each: ``path a:kinds b=:kinds *:kinds **:kinds > kinds``, with "="
behind what may be left out and "/" behind what goes by position alone; "path = other" is called as
another one, "path :" is a module, "path !" is there, and "path > kinds" is a value. Kinds are those
of :mod:`gate.static.kinds`, with commas between them; "$name" is the kind of that argument, None
where it is left out. What has no line, or an argument that is not in it, is not known to work.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Value

    Given = tuple[list[Value], dict[str, Value]]

MODULE, THERE = ":", "!"
_lines: dict[str, str] = {}
_entries: dict[str, Entry] = {}


def line(path: str) -> str | None:
    """Return what the line of ``path`` says; None where it has none."""
    if not _lines:
        file = os.path.join(os.path.dirname(__file__), "known.txt")  # noqa: PTH118, PTH120 - pathlib is slow to import
        with open(file, encoding="ascii") as stream:  # noqa: PTH123
            pairs = (text.partition(" ") for text in stream.read().splitlines())
            _lines.update((path, how) for path, _, how in pairs)
    found = _lines.get(path)
    return line(found[2:]) if found is not None and found.startswith("= ") else found


def entry(path: str) -> Entry | None:
    """Return how ``path`` is called, or of which kind it is; None where nothing is known."""
    how = line(path)
    if how is None or how in (MODULE, THERE):
        return None
    if how not in _entries:
        _entries[how] = Entry(how)
    return _entries[how]


def kind_of_argument(path: str, name: str) -> str:
    """Return the kinds of which an argument may be; "" where that is not known."""
    found = entry(path)
    return "" if found is None else found.kinds.get(name, "")


class Entry:
    """A line: the kinds of the arguments, by position and name, and of the result."""

    __slots__ = ("any_name", "any_place", "called", "kinds", "named", "required", "result")

    def __init__(self, how: str) -> None:
        given, arrow, result = how.rpartition("> ")
        if not arrow:
            given, result = how, ""
        words = [word.partition(":")[::2] for word in given.split() if word not in ("()", "/")]
        names = {name: kinds for name, kinds in words if not name.startswith("*")}
        self.kinds = {name.removesuffix("="): kinds for name, kinds in names.items()}
        self.required = [name for name in names if not name.endswith("=")]
        self.named = {} if given.rstrip().endswith("/") else self.kinds
        self.any_place = dict(words).get("*", "")
        self.any_name = dict(words).get("**", "")
        self.called = bool(given.strip())  # "()" says that it takes no arguments
        self.result = result

    def given(
        self, args: list[Value], kwargs: dict[str, Value]
    ) -> Iterator[tuple[str, Value, str]]:
        """Yield arguments by name, with the kinds that they may be of; "" where none is known."""
        names = list(self.kinds)
        for at, value in enumerate(args):
            name = names[at] if at < len(names) else "*"
            yield name, value, self.kinds.get(name, self.any_place)
        for name, value in kwargs.items():
            yield name, value, self.named.get(name, self.any_name)

    def lacks(self, args: list[Value], kwargs: dict[str, Value]) -> bool:
        """Whether an argument is missing that the call cannot do without, or is there twice."""
        placed = list(self.kinds)[: len(args)]
        there = {*placed, *kwargs}
        return any(name not in there for name in self.required) or any(n in kwargs for n in placed)
