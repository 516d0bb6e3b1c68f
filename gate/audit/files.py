"""The files of a repository, and what part each has: code, test, example, somebody else's."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from gate.report import CannotLook, Place, place, shown

LARGEST = 1_000_000  # bytes; lock files may be larger
LARGEST_LOCK = 20_000_000
LOCKS = frozenset({"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "package-lock.json"})
GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")  # starts no program
GIT_SECONDS = 60

# Folders that are never looked into where git does not say what belongs to the repository.
SKIPPED = frozenset(
    {"node_modules", "site-packages", "__pycache__", "venv", "env", "build", "dist", "cdk.out"}
)
VENDORED = frozenset({"node_modules", "site-packages", "vendor", "vendored", "_vendor", "extern"})
TESTS = re.compile(
    r"(tests?|testing|__tests__|e2e|fixtures?|rehearsals?)|.*[_-]tests?|tests?[_-].*"
)
TEST_FILE = re.compile(r"(test_.*|.*_tests?|conftest|.*\.(test|spec))\.\w+")
EXAMPLES = re.compile(
    r"examples?|samples?|demos?|docs?|docs_src|documentation|tutorials?|bench(marks?)?|snippets"
    r"|cookbook|playground|\{\{.*"
)

CODE, TEST, EXAMPLE, FOREIGN = "code", "tests", "examples and docs", "other people's code"


@dataclass(frozen=True)
class File:
    """A file of the repository: where it is, and its path below the repository's root."""

    path: Path
    name: str = field(compare=False)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The path below the root, in parts."""
        return PurePosixPath(self.name).parts

    @property
    def base(self) -> str:
        """The name without folders."""
        return self.parts[-1]

    @property
    def suffix(self) -> str:
        """`.py`, say, in small letters."""
        return PurePosixPath(self.base).suffix.lower()

    @property
    def folder(self) -> str:
        """The folder below the root; "" for the root itself."""
        return "/".join(self.parts[:-1])

    @cached_property
    def part(self) -> str:
        """Which part of the repository it is: CODE, TEST, EXAMPLE or FOREIGN."""
        folders = [folder.lower() for folder in self.parts[:-1]]
        if any(folder in VENDORED for folder in folders):
            return FOREIGN
        if TEST_FILE.fullmatch(self.base) or any(TESTS.fullmatch(one) for one in folders):
            return TEST
        return EXAMPLE if any(EXAMPLES.fullmatch(one) for one in folders) else CODE

    @cached_property
    def data(self) -> bytes:
        """The bytes; raises Unusable."""
        largest = LARGEST_LOCK if self.base in LOCKS else LARGEST
        try:
            size = self.path.stat().st_size
            if size > largest:
                raise Unusable(f"{size:,} bytes are more than the {largest:,} that are read")
            data = self.path.read_bytes()
        except OSError as exc:
            raise Unusable(exc.strerror or str(exc)) from exc
        if b"\0" in data:
            raise Unusable("a binary file")
        return data

    @cached_property
    def text(self) -> str:
        """The text, with `\\n` for every line's end; raises Unusable."""
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            raise Unusable("not UTF-8") from exc
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text; raises Unusable."""
        return self.text.split("\n")

    def at(self, line: int | None = None) -> Place:
        """The place of a line, as it is shown to people."""
        return place(self.path, line)

    def line_of(self, text: str) -> int | None:
        """The first line that holds ``text``."""
        return next((at for at, line in enumerate(self.lines, 1) if text in line), None)


class Unusable(Exception):  # noqa: N818 - the name says what happened
    """A file that cannot be read, or not as what it should be; the message says why."""


def files(root: Path) -> tuple[File, ...]:
    """Return the files below ``root``: those that git tracks, or all but hidden and installed ones.

    Raises:
        CannotLook: there is no such folder.
    """
    if not root.is_dir():
        raise CannotLook(f"{shown(root)}: no such folder; say gate audit PATH")
    names = _tracked(root) or _walked(root)
    return tuple(
        File(root / name, name) for name in sorted(set(names)) if _is_ordinary(root / name)
    )


def _is_ordinary(path: Path) -> bool:
    """Neither a link, which says what another file says, nor a pipe, nor gone."""
    return path.is_file() and not path.is_symlink()


def _tracked(root: Path) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    try:
        done = subprocess.run(
            (*GIT, "-C", str(root), "ls-files", "-z", "--cached"),
            env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=GIT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode:
        return []  # no work tree, or not ours: look at what is there
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if not _is_skipped(here / name)]
        yield from ((here / name).relative_to(root).as_posix() for name in names)


def _is_skipped(folder: Path) -> bool:
    name = folder.name
    hidden = name.startswith(".") and name != ".github"
    return hidden or name in SKIPPED or (folder / "pyvenv.cfg").exists()
