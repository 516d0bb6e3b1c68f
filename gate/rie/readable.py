"""Whether Lambda's user, who owns no file of a function, may read its code."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gate.report import Finding, place, some
from gate.rie.contents import Contents, Entry

RULE = "smoke.unreadable"
NAMED = 5
CODE = (".py", ".so")
READ, ENTER = stat.S_IROTH, stat.S_IROTH | stat.S_IXOTH  # what others need: of a file, a folder
SKIPPED = ("__pycache__", ".git", ".venv", "node_modules")


@dataclass(frozen=True)
class Readable:
    """What came of looking: `refused` are findings, `notes` what cannot be told from here."""

    refused: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def look(root: Path) -> Readable:
    """Return which code below `root` others cannot read.

    An image keeps the permissions of what is copied into it. Where everything here is closed it
    is the machine's habit (umask 077), and what builds the image may know; where some is, it is
    those files' own.
    """
    rows = [(path, _open(path, need)) for path, need in _code(root)]
    closed = [path for path, is_open in rows if not is_open]
    if not closed:
        return Readable()
    names = some([str(path.relative_to(root)) for path in closed], NAMED)
    if len(closed) == len(rows):
        habit = "their owner alone may read these files: the image must let others read them"
        return Readable(notes=(habit,))
    return Readable((_finding(f"{names}: an image keeps their permissions", closed),))


def of_image(contents: Contents, folders: Sequence[str]) -> list[Finding]:
    """Return which code in folders of an image others cannot read."""
    closed: dict[str, Entry] = {}
    for path in contents.entries:
        if path.endswith(CODE) and path.startswith(tuple(f"{one}/" for one in folders)):
            closed |= dict([found] if (found := contents.closed(path)) else ())
    if not closed:
        return []
    names = some([f"{path} ({entry.shown})" for path, entry in closed.items()], NAMED)
    return [_finding(f"{names}, whatever USER says", [])]


def _finding(what: str, places: Iterable[Path]) -> Finding:
    return Finding(
        RULE,
        f"Lambda's user may not read {what}",
        places=tuple(place(one) for one in islice(places, NAMED)),
        fix="let others read them (chmod -R a+rX), or say COPY --chmod in the Dockerfile",
    )


def _code(root: Path) -> Iterator[tuple[Path, int]]:
    """Yield Python files and the folders that they are in, each with what others need of it."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        code = [Path(folder, name) for name in sorted(files) if name.endswith(".py")]
        if code and Path(folder) != root:  # the root itself is made anew by what copies it
            yield Path(folder), ENTER
        yield from ((file, READ) for file in code)


def _open(path: Path, need: int) -> bool:
    try:
        return path.stat().st_mode & need == need
    except OSError:  # it has just gone, or leads nowhere: whoever imports it will say so
        return True
