"""The versions of the rehearsal: the backend as it is, one that cannot log in, and a good one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local import paths, source
from local.errors import CannotRun

# As in the incident: a relationship names a class that no imported module defines.
NO_MODELS = ("contexts/cme/models.py", "class CMEActivity(", "class CmeActivity(")
HARMLESS = ("lazy_app.py", "from __future__ import annotations", "# The next release.\n{}")


@dataclass(frozen=True)
class Version:
    """A version of the backend: where its source lies, and the digest that stands for it."""

    what: str
    root: Path
    digest: str


def versions(folder: Path) -> tuple[Version, Version, Version]:
    """Copy the backend three times into `folder`, as it is, broken, and changed.

    Raises:
        CannotRun: the source is no longer as the changes expect it.
    """
    return (
        _version(folder / "1", "the backend as it is", ()),
        _version(
            folder / "2",
            "one that cannot log in: a relationship names what is not there",
            NO_MODELS,
        ),
        _version(folder / "3", "a good one", HARMLESS),
    )


def _version(folder: Path, what: str, change: Sequence[str]) -> Version:
    shutil.copytree(paths.BACKEND, folder, ignore=shutil.ignore_patterns("__pycache__"))
    if change:
        name, old, new = change
        path = folder / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise CannotRun(f"{name} has no {old!r} to change", f"see {__name__}")
        path.write_text(text.replace(old, new.format(old), 1), encoding="utf-8")
    return Version(what, folder, f"sha256:{source.fingerprint(folder)}")
