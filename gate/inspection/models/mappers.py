"""What is wrong with relationships, foreign keys and mappers, as findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gate.inspection.models.scene import (
    Said,
    Scene,
    attribute,
    first_line,
    of_definition,
    places,
)
from gate.inspection.source import Definition
from gate.report import Finding, place, shown


def relationship(scene: Scene, said: Said) -> Finding:
    """Return what is wrong with a relationship."""
    return KINDS[said["kind"]](scene, said)


def _unresolved(scene: Scene, said: Said) -> Finding:
    name = said["target"].rpartition(".")[2]
    user = Path(said["place"][0]) if said["place"] else None
    where = scene.tree.definition(said["target"], user) or scene.tree.table(name)
    message, fix = _missing(scene, said, name, where)
    return Finding(
        "models.unresolved",
        message,
        places=(*places(said), *of_definition(where), place(scene.file)),
        fix=fix,
    )


def _missing(scene: Scene, said: Said, name: str, where: Definition | None) -> tuple[str, str]:
    """Return what is to be said about a name that is not found, and what to do."""
    who = f"the relationship {attribute(said)} names"
    message = f"{scene.entry} never imports {name}, which {who}"
    if where is None:
        return message, f"no class {name} is defined below {shown(scene.tree.root)}: " + (
            "correct the name"
        )
    if where.file not in scene.imported:
        scene.reported.add(where.file)
        return f"{message}; {where.module} defines it", scene.add_import(where)
    if said["elsewhere"]:
        return (
            f"{name}, which {who}, belongs to another declarative base",
            f"name the class itself, or map {name} and {said['class']} with one base",
        )
    return (
        f"{name}, which {who}, is defined in {where.module} and not mapped",
        "map it before the first query: call what maps it, and say so with --prepare",
    )


def _ambiguous(scene: Scene, said: Said) -> Finding:
    several = scene.tree.defining(said["target"])
    return Finding(
        "models.ambiguous",
        f"the relationship {attribute(said)} names {said['target']}, which several modules "
        f"define: {', '.join(one.module for one in several)}",
        places=(*places(said), *(place(one.file, one.line) for one in several)),
        fix="name it with its module, as in relationship('package.module.Name')",
    )


def _back_populates(scene: Scene, said: Said) -> Finding:
    del scene
    other = said["other"]
    there = attribute(other)
    return Finding(
        "models.back-populates",
        f"{attribute(said)} has back_populates={other['attribute']!r}, and {there} is no "
        f"relationship to {said['class']}",
        places=(*places(said), *places(other)),
        fix=f"correct the name, or define {there} with back_populates={said['attribute']!r}",
        detail=said["message"],
    )


def _other(scene: Scene, said: Said) -> Finding:
    return Finding(
        "models.mapper",
        f"the mappers of {scene.entry} do not configure: {attribute(said)}: "
        f"{first_line(said['message'])}",
        places=places(said) or (place(scene.file),),
        fix="mend the relationship",
        detail=said["message"],
    )


KINDS: Mapping[str, Callable[[Scene, Said], Finding]] = {
    "unresolved": _unresolved,
    "ambiguous": _ambiguous,
    "back-populates": _back_populates,
    "mapper": _other,
}


def problem(scene: Scene, said: Said) -> Finding:
    """Return what keeps the mappers from configuring, and is no relationship's."""
    file, line = said["place"] or (scene.file, None)
    return Finding(
        "models.mapper",
        f"the mappers of {scene.entry} do not configure: {said['message']}",
        places=(place(Path(file), line),),
        fix="mend the model that the message names",
        detail=said["detail"],
    )


def disagreement(said: Said) -> Finding:
    """Return that two relationships do not name each other."""
    other = said["other"]
    return Finding(
        "models.back-populates",
        f"{attribute(said)} has back_populates={other['attribute']!r}, and "
        f"{attribute(other)} has back_populates={said['names']!r}",
        places=(*places(said), *places(other)),
        fix="let each name the other",
    )


def foreign_key(scene: Scene, said: Said) -> Finding | None:
    """Return that a column refers to nothing; None where a missing import says it already."""
    where = scene.tree.table(said["table"]) if said["table"] else None
    if where is not None and where.file in scene.reported:
        return None
    reason, fix = _nowhere(scene, said, where)
    owner = attribute(said) if said["class"] else "the table without a class"
    table = scene.tree.table(said["column"].rpartition(".")[0])
    return Finding(
        "models.foreign-key",
        f"{owner} ({said['column']}) refers to {said['target']}: {reason}",
        places=(*(places(said) or of_definition(table)), *of_definition(where)),
        fix=fix,
    )


def _nowhere(scene: Scene, said: Said, where: Definition | None) -> tuple[str, str]:
    """Return why a foreign key leads nowhere, and what to do."""
    table = said["table"]
    if not table:
        return first_line(said["message"]), "correct the name, or define the column"
    if where is None or where.file in scene.imported:
        return f"nothing that is imported defines the table {table}", (
            "correct the name, or define the table in the same metadata"
        )
    scene.reported.add(where.file)
    return (
        f"{scene.entry} never imports the table {table}; {where.module} defines it",
        scene.add_import(where),
    )
