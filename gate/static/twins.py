"""Entry points whose files are byte for byte the same: to read one is to read both."""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.source import Sources

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
    if len(files) != 2 or files[0].data != files[1].data:  # noqa: PLR2004 - one has no source
        return False
    names = (name.rpartition(".")[2].encode() for name in (one, other))
    return not any(word in files[0].data for word in (*TELLING, *names))
