"""Entry points whose files say the same: to read one is to read both."""

from __future__ import annotations

from _operator import is_

from gate.static.tokens import counts

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.source import Source, Sources

# By which code may learn the name of the module that it stands in, or get at it as a module.
TELLING = (
    b"__",
    b"importlib",
    b"inspect",
    b"sys",
    b"globals",
    b"locals",
    b"vars",
    b"exec",
    b"eval",
)


def are_twins(sources: Sources, reference: str, candidate: str) -> bool:
    """Whether both entry points run the same code, which does not ask under which name it runs."""
    (one, _, dotted), (other, _, other_dotted) = (e.partition(":") for e in (reference, candidate))
    if dotted != other_dotted or one.rpartition(".")[0] != other.rpartition(".")[0]:
        return False
    found = [sources.find(name) for name in (one, other)]
    files = [entry[1] for entry in found if entry is not None and entry[1] is not None]
    if len(files) != 2 or not _say_the_same(*files):  # noqa: PLR2004 - one has no source
        return False
    names = (name.rpartition(".")[2].encode() for name in (one, other))
    words = (*TELLING, *names)
    return not any(word in file.data for file in files for word in words)


def _say_the_same(one: Source, other: Source) -> bool:
    """Whether two files hold the same statements, comments and texts that stand alone aside.

    Statements of the same text are one object where :class:`Sources` parses only what is new.
    """
    if one.data == other.data:
        return True
    mine, theirs = (list(filter(counts, source.tree.body)) for source in (one, other))
    return len(mine) == len(theirs) and all(map(is_, mine, theirs))
