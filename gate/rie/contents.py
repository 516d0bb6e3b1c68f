"""What a tree of files holds: an image's, or a folder's as an image would hold it."""

from __future__ import annotations

import os
import posixpath
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HEAD_BYTES = 256  # enough for a script's first line, and for the machine of a program
LINKS = 40  # as many as Linux follows
READ, ENTER = stat.S_IROTH, stat.S_IXOTH


@dataclass(frozen=True)
class Entry:
    """A file, a folder, or a link: its permissions, first bytes, and where it leads."""

    mode: int
    folder: bool = False
    head: bytes = b""
    target: str | None = None

    @property
    def shown(self) -> str:
        """The permissions as `chmod` takes them."""
        return f"{stat.S_IMODE(self.mode):04o}"


@dataclass(frozen=True)
class Contents:
    """Absolute paths and what is there; `/` itself is always there."""

    entries: Mapping[str, Entry]

    def at(self, path: str) -> Entry | None:
        """Return what a path leads to, links followed; None where it leads nowhere."""
        real = self.real(path)
        return None if real is None else self.entries.get(real, Entry(0o755, folder=True))

    def real(self, path: str) -> str | None:
        """Return the path without links; None where it leads nowhere."""
        done, rest = "/", [part for part in path.split("/") if part]
        for _ in range(LINKS * 10):
            if not rest:
                return done
            done, rest = self._step(done, rest)
            if done != "/" and done not in self.entries:
                return None
        return None

    def _step(self, done: str, rest: list[str]) -> tuple[str, list[str]]:
        here = posixpath.normpath(posixpath.join(done, rest[0]))
        entry = self.entries.get(here)
        if entry is None or entry.target is None:
            return here, rest[1:]
        parts = [part for part in entry.target.split("/") if part]
        return ("/" if entry.target.startswith("/") else done), [*parts, *rest[1:]]

    def closed(self, path: str) -> tuple[str, Entry] | None:
        """Return what on the way to a path, itself included, others may not enter or read."""
        real = self.real(path) or path
        for folder in reversed(list(_above(real))):
            entry = self.entries.get(folder)
            if entry and not entry.mode & ENTER:
                return folder, entry
        last = self.entries.get(real)
        need = READ | ENTER if last and last.folder else READ
        return (real, last) if last and last.mode & need != need else None

    def ending(self, *ends: str) -> list[str]:
        """Return the paths that end so, the shortest first."""
        return sorted((path for path in self.entries if path.endswith(ends)), key=len)


def _above(path: str) -> Iterator[str]:
    while path != "/":
        path = posixpath.dirname(path)
        yield path


def of_tar(tar: tarfile.TarFile, above: str = "/") -> Contents:
    """Read an archive whose paths begin below `above`; raises tarfile.TarError."""
    found = {_absolute(above, one.name): _of_member(tar, one) for one in tar}
    return Contents({**_open(above), **found})


def _open(folder: str) -> dict[str, Entry]:
    """A folder and those above it, of which nothing is known."""
    return dict.fromkeys((folder, *_above(folder)), Entry(0o755, folder=True))


def _absolute(above: str, name: str) -> str:
    return posixpath.normpath(posixpath.join("/", above, name))


def _of_member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    if member.issym():
        return Entry(member.mode, target=member.linkname)
    file = tar.extractfile(member) if member.isreg() else None
    return Entry(member.mode, member.isdir(), file.read(HEAD_BYTES) if file else b"")


def of_folder(root: Path, skipped: tuple[str, ...]) -> Contents:
    """Read a folder, links as links; what cannot be read is left out."""
    entries = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in skipped]
        for name in (*folders, *files):
            path = Path(folder, name)
            entries[str(path)] = _of_path(path)
    return Contents({**_open(str(root)), **entries})


def _of_path(path: Path) -> Entry:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return Entry(found.st_mode, target=os.readlink(path))  # noqa: PTH115 - as it is written
    return Entry(found.st_mode, stat.S_ISDIR(found.st_mode), _head(path))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:  # a folder, a pipe, or nothing for us
        return b""
