"""What a check says: pure data, no printing, no exit codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class CannotLook(Exception):  # noqa: N818 - the name says what happened, as the command line does
    """The check could not run. The message is one line: what, where, and what to do."""


@dataclass(frozen=True)
class Place:
    """A file, and a line in it (from 1) where that is known."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    ``rule`` is a stable identifier (``parity.middleware.missing``), ``message`` one line that
    names the difference, ``fix`` one line that says what to do, ``detail`` any number of lines
    that explain (a traceback, a log's tail).
    """

    rule: str
    message: str
    places: tuple[Place, ...] = ()
    fix: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Case:
    """One thing that was tried by itself, a probe say: ``reasons`` is empty when it went well."""

    name: str
    reasons: tuple[str, ...] = ()
    elapsed_ms: float = 0.0


@dataclass(frozen=True)
class Report:
    """What one run of ``check`` found; ``notes`` are the lines that a passing run says too.

    ``rows`` are what was measured, for programs: names to numbers and texts.
    """

    check: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    rows: tuple[Mapping[str, float | str | None], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the check found nothing."""
        return not self.findings


def shown(path: Path) -> str:
    """Return ``path`` as a person would type it: from the current folder when it is below it."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def place(path: Path, line: int | None = None) -> Place:
    """Return the place of ``path`` as it is shown to people."""
    return Place(shown(path), line)


def some(names: Sequence[str], most: int) -> str:
    """Return the first names, ``most`` of them, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def one_line(text: str) -> str:
    """Return ``text`` on one line: runs of white space become one blank."""
    return " ".join(text.split())
