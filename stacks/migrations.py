"""Which migration this release's code expects, and whose code still works on the database then.

Read from the text of Alembic's migration files: nothing of the backend is imported or run. Going
back to an older version leaves the database as it is, so each version says both in its
environment, and `gate rollback` refuses a version whose migration is no longer served.

A migration that only adds lets all older code work on. Any other says how far back one may go:
`oldest_code = "0007"` is the migration that the oldest code which still works expects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stacks import migration_files
from stacks.migration_files import Migration
from stacks.stage_files import ROOT, SettingsError, shown

MIGRATIONS = ROOT / "lambda_src" / "backend" / "migrations" / "versions"
HEAD, SERVED = "MIGRATION_HEAD", "MIGRATIONS_SERVED"  # gate/deployed/versions.py reads them
# A function's variables may take 4 KB together; further back nobody goes in one step.
LIMIT = 50


@dataclass(frozen=True)
class Schema:
    """The migration that the code expects, and all whose code works on it, the newest first."""

    head: str
    served: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        """What a version says of itself, for ever."""
        return {HEAD: self.head, SERVED: " ".join(self.served)}


def read(folder: Path = MIGRATIONS) -> Schema | None:
    """The schema after every migration of a folder; None where there is no migration.

    Raises:
        SettingsError: a file cannot be read, two share a revision, one follows what is not
            there, there is not one newest, or one that does more than add names no `oldest_code`.
    """
    files = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    found: dict[str, Migration] = {}
    for one in map(migration_files.read, files):
        if one.revision in found:
            other = shown(found[one.revision].path)
            raise SettingsError(f"{shown(one.path)}: revision {one.revision!r} is also {other}'s")
        found[one.revision] = one
    return _schema(folder, found) if found else None


def _schema(folder: Path, found: Mapping[str, Migration]) -> Schema:
    for one in found.values():
        for other in (*one.follows, *([one.oldest_code] if one.oldest_code else ())):
            if other not in found:
                raise SettingsError(f"{shown(one.path)}: no migration has the revision {other!r}")
    heads = found.keys() - {older for one in found.values() for older in one.follows}
    if len(heads) != 1:
        named = ", ".join(sorted(heads)) or "none"
        raise SettingsError(f"{shown(folder)}: not one newest migration ({named}); merge them")
    (head,) = heads
    past = {revision: _past(revision, found) for revision in found}
    order = sorted(past, key=lambda revision: (-len(past[revision]), revision))
    served = [revision for revision in order if _is_served(revision, found, past)]
    return Schema(head, tuple(served[:LIMIT]))


def _past(revision: str, found: Mapping[str, Migration]) -> frozenset[str]:
    """A migration and everything it stands on."""
    seen: set[str] = set()
    waiting = [revision]
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting.extend(found[one].follows)
    return frozenset(seen)


def _is_served(
    revision: str, found: Mapping[str, Migration], past: Mapping[str, frozenset[str]]
) -> bool:
    """Whether code of `revision` works after each migration that it does not know."""
    unknown = [one for one in found.values() if one.revision not in past[revision]]
    return all(one.oldest_code is None or one.oldest_code in past[revision] for one in unknown)
