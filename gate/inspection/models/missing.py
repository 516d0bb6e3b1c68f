"""What is wrong with the import of model modules, as findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from gate.inspection.entry import find_module
from gate.inspection.models.modules import Modules
from gate.inspection.models.scene import Said, Scene
from gate.inspection.models.side_effects import Candidate, Names
from gate.inspection.models.tables import Table
from gate.report import Finding, Place, place, shown, some

SHOWN_NAMES = 4
TWICE = re.compile(r"Table '(?P<name>[^']+)' is already defined for this MetaData instance")


def swallowed(scene: Scene, said: Said) -> Finding | None:
    """Return that a model module failed and its error was caught; None for other modules."""
    found = (find_module(scene.tree.root, name) for name in said["modules"])
    files = [file for file in found if file is not None]
    lost = _lost(scene, files)
    hit = [file for file in files if scene.tree.may_map(file)]
    hit = hit or sorted(lost & set(scene.tree.models))
    if not hit:
        return None
    scene.reported.update(lost)
    file, line = said["place"] or (hit[0], None)
    return Finding(
        "models.import-failed",
        f"{scene.tree.name(hit[0])} does not import, and the error is caught: {said['message']}",
        places=(place(Path(file), line), *_importer(said)),
        fix="make it importable, and do not catch what fails there",
        detail=said["detail"],
    )


def _importer(said: Said) -> tuple[Place, ...]:
    if not said["importer"]:
        return ()
    file, line = said["importer"]
    return (place(Path(file), line),)


def _lost(scene: Scene, files: Iterable[Path]) -> set[Path]:
    """Return the files, and the model modules in the packages that cannot be imported."""
    packages = {file.parent for file in files if file.name == "__init__.py"}
    below = {one for one in scene.tree.models if not packages.isdisjoint(one.parents)}
    return below | set(files)


def never_imported(scene: Scene) -> Iterator[Finding]:
    """Yield the model modules that the entry point does not import."""
    for file in unseen(scene):
        module = scene.tree.name(file)
        yield Finding(
            "models.not-imported",
            f"{scene.entry} never imports the models of {module}",
            places=(place(file), place(scene.file)),
            fix=f"{scene.add_line(f'import {module}')}; or to models-allow in [tool.gate]; "
            "or say --prepare, where it is imported on demand",
        )


def unseen(scene: Scene) -> list[Path]:
    """Return the model modules that are not imported, and in no finding yet."""
    return [one for one in scene.tree.models if one not in scene.imported | scene.reported]


def none(scene: Scene, missing: list[Path]) -> Finding:
    """Return that nothing is mapped at all."""
    return Finding(
        "models.none",
        f"{scene.entry} imports no model at all: there are {len(missing)} model modules",
        places=(place(scene.file), *map(place, missing)),
        fix="import them there; if they are imported on demand, say --prepare module:function",
    )


def failed(tree: Modules, failure: Finding, pairs: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return what is to be said when the entry point does not import.

    Where that is because of a table that is defined twice, the pair says it; where no two
    modules define the table, one module is imported under two names.
    """
    table = TWICE.search(failure.message)
    if table is None:
        return (failure, *pairs)
    where = tree.table(table["name"])
    if where is None or pairs:
        return pairs or (failure,)
    name = where.file.relative_to(tree.root)
    return (replace(failure, fix=f"import {name} under one name everywhere"),)


def twice(first: Table, second: Table) -> Finding:
    """Return that two modules define one table."""
    owners = " and ".join(one.owner or "a Table" for one in (first, second))
    return Finding(
        "models.table-twice",
        f"the table {first.name} is defined twice, by {owners}",
        places=(place(first.file, first.line), place(second.file, second.line)),
        fix="keep one of them, and import it where the other one was",
    )


def side_effect(candidate: Candidate, names: Names) -> Finding:
    """Return that a clean-up of unused imports would take models away."""
    listed = sorted(name for _, name in names)
    return Finding(
        "models.side-effect-import",
        f"{candidate.unused.alias} is imported for its side effect alone: a clean-up of unused "
        f"imports would take it away, and with it {some(listed, SHOWN_NAMES)}",
        places=(Place(shown(candidate.file), candidate.unused.line),),
        fix="mark the line with # noqa: F401 and the reason, or name the import in __all__",
    )
