"""What is known of a function beside what it said: its files, and how it is started."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gate.rie.contents import Contents, Entry

EXTENSIONS = "/opt/extensions"


@dataclass(frozen=True)
class Reason:
    """Why it is so, in words that follow what was said, and what to do."""

    why: str
    fix: str


@dataclass(frozen=True)
class Scene:
    """A function's surroundings.

    Args:
        look: reads the files of some folders, or all, which takes a while: done once.
        starts_in: the working directory.
        source: the folder of the code on this machine, from which an image is thought to be made.
        image: whether the files are those of an image.
        entry_point, command: what starts, as the image or its template says.
        variables: those of the image, by which Python and the linker search.
    """

    look: Callable[..., Contents]
    starts_in: str
    source: Path
    image: bool = True
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """What holds the files, in a word."""
        return "the image" if self.image else "the folder"

    @cached_property
    def code(self) -> Contents:
        """What is where the function's own files are thought to lie, and beside it."""
        return self.look(*(home for home in self.homes if home != "/"), EXTENSIONS)

    @cached_property
    def contents(self) -> Contents:
        """All files."""
        return self.look()

    def at(self, path: str) -> Entry | None:
        """Return what a path leads to."""
        return self.code.at(path) or self.contents.at(path)

    @property
    def searched(self) -> tuple[str, ...]:
        """The folders in which Python looks for the function's own modules.

        AWS's base images look in the task root; the runtime client alone, where it is started.
        """
        alone = any("awslambdaric" in part for part in self.entry_point)
        root = "" if alone else self.variables.get("LAMBDA_TASK_ROOT", "")
        path = filter(None, self.variables.get("PYTHONPATH", "").split(":"))
        return tuple(dict.fromkeys(map(self.absolute, (root or self.starts_in, *path))))

    @property
    def homes(self) -> tuple[str, ...]:
        """The folders in which the function's own files are thought to lie."""
        root = self.variables.get("LAMBDA_TASK_ROOT", self.starts_in)
        return tuple(dict.fromkeys((*self.searched, self.absolute(root), self.starts_in)))

    def absolute(self, path: str) -> str:
        """Return a path as the function means it."""
        return posixpath.normpath(posixpath.join(self.starts_in, path))

    def in_source(self, path: str) -> str:
        """Return where the source has what the function looks for there; empty: nowhere."""
        for root in self.homes if self.image else ():
            if path.startswith(f"{root.rstrip('/')}/"):
                found = self.source / path.removeprefix(root).lstrip("/")
                return str(found.relative_to(self.source)) if found.exists() else ""
        return ""
