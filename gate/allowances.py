"""What is meant to be as it is, each with its reason: `CHECK-allow` in `[tool.gate]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from gate.report import Finding, place


@dataclass(frozen=True)
class Allowance:
    """What a check need not find: ``name`` in files ``path``, for a ``rule``.

    All three are patterns; paths start at the folder that is judged.
    """

    rule: str
    reason: str
    path: str = "*"
    name: str = "*"

    def fits(self, rule: str, path: str, name: str) -> bool:
        """Whether it allows this."""
        wanted = ((rule, self.rule), (path, self.path), (name, self.name))
        return bool(rule) and all(fnmatchcase(value, pattern) for value, pattern in wanted)

    def __str__(self) -> str:
        """What it allows, in a few words."""
        return ", ".join(part for part in (self.rule, self.path, self.name) if part != "*")


@dataclass
class Allowances:
    """Those of one check, and which of them were needed.

    ``file`` is where they are written; None where they are of another tree than the judged one.
    """

    check: str
    rows: tuple[Allowance, ...] = ()
    file: Path | None = None
    used: set[Allowance] = field(default_factory=set)

    def allow(self, rule: str, *, path: str, name: str) -> bool:
        """Whether something is meant; remembers what says so."""
        found = next((row for row in self.rows if row.fits(rule, path, name)), None)
        if found:
            self.used.add(found)
        return found is not None

    def notes(self) -> Iterator[str]:
        """Say what was allowed, and why."""
        yield from (f"allowed, {row}: {row.reason}" for row in self.rows if row in self.used)

    def unused(self) -> Iterator[Finding]:
        """Yield what allows nothing any more: it would hide the next thing that it fits."""
        for row in self.rows:
            if self.file and row not in self.used:
                yield Finding(
                    f"{self.check}.allowance.unused",
                    f"{self.check}-allow {row} allows nothing",
                    (place(self.file),),
                    "remove it",
                )
