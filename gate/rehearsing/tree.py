"""Copies of a checkout, and what an incident breaks in one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path

from gate.rehearsals import Break, Incident
from gate.report import CannotLook, shown

# Installed, not tracked: every copy shares them.
SHARED = (".venv", ".venv-emulator", "node_modules", ".local/cache")


def files(root: Path) -> tuple[str, ...]:
    """The files of a checkout, as a commit of all of it would have them.

    Raises:
        CannotLook: it is no git checkout.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as exc:
        raise CannotLook(
            f"{shown(root)}: not a git checkout; a rehearsal copies its files"
        ) from exc
    names = done.stdout.decode().split("\0")
    return tuple(name for name in names if name and (root / name).is_file())


def copy(root: Path, names: tuple[str, ...], target: Path) -> Path:
    """Copy the files to a new folder, beside links to what is installed; returns the folder."""
    for name in names:
        _copy_one(root / name, target / name)
        if name.endswith(".py"):  # compiled already: every command of the road starts sooner
            cached = Path(cache_from_source(name))
            if (root / cached).is_file():
                _copy_one(root / cached, target / cached)
    for name in SHARED:
        if (root / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).symlink_to(root / name)
    return target


def _copy_one(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def apply(incident: Incident, tree: Path) -> None:
    """Break a tree as the incident says.

    Raises:
        CannotLook: an edit finds nothing to edit: the tree has moved on, and the file must.
    """
    for broken in incident.breaks:
        action = next(name for name in ACTIONS if getattr(broken, name) is not None)
        file = tree / broken.file
        if action != "copy_from" and not file.is_file():
            raise _rotten(incident, f"{broken.file} is not there")
        ACTIONS[action](incident, broken, tree)


def _replace(incident: Incident, broken: Break, tree: Path) -> None:
    file = tree / broken.file
    text = file.read_text(encoding="utf-8")
    found = text.count(broken.find)
    if found != 1:
        first = broken.find.strip().splitlines()[0]
        raise _rotten(incident, f"{broken.file} has {first!r} {found} times, not once")
    file.write_text(text.replace(broken.find, str(broken.replace)), encoding="utf-8")


def _append(_incident: Incident, broken: Break, tree: Path) -> None:
    with (tree / broken.file).open("a", encoding="utf-8") as stream:
        stream.write(str(broken.append))


def _delete(_incident: Incident, broken: Break, tree: Path) -> None:
    (tree / broken.file).unlink()


def _copy(incident: Incident, broken: Break, tree: Path) -> None:
    source = tree / str(broken.copy_from)
    if not source.is_file():
        raise _rotten(incident, f"{broken.copy_from} is not there")
    _copy_one(source, tree / broken.file)


ACTIONS: dict[str, Callable[[Incident, Break, Path], None]] = {
    "replace": _replace,
    "append": _append,
    "delete": _delete,
    "copy_from": _copy,
}


def _rotten(incident: Incident, why: str) -> CannotLook:
    return CannotLook(f"{shown(incident.file)}: {why}; write [[break]] anew for today's tree")
