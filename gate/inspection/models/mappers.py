"""What is wrong with relationships, foreign keys and mappers, as findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from gate.inspection.models import unresolved
from gate.inspection.models.scene import (
    Said,
    Scene,
    attribute,
    first_line,
    of_definition,
    places,
)
from gate.inspection.source import Definition
from gate.report import Finding, place


def relationships(scene: Scene, these: Iterable[Said]) -> Iterator[Finding]:
    """Yield what is wrong with relationships; a name that several use is told once."""
    rows = list(these)
    yield from unresolved.findings(scene, (one for one in rows if one["kind"] == "unresolved"))
    yield from (KINDS[one["kind"]](scene, one) for one in rows if one["kind"] in KINDS)


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
        fix=_advice(said["message"], "mend the relationship"),
        detail=said["message"],
    )


def _proxy(scene: Scene, said: Said) -> Finding:
    return Finding(
        "models.mapper",
        f"{attribute(said)} is an association proxy of {said['target']}, which "
        f"{said['class']} does not have: the first query that uses it fails",
        places=places(said) or (place(scene.file),),
        fix="correct the name, or define the relationship",
    )


def _advice(message: str, otherwise: str) -> str:
    """Return what to do about one of SQLAlchemy's own errors."""
    return next((fix for pattern, fix in ADVICE if re.search(pattern, message)), otherwise)


# What SQLAlchemy says → what to do, where its own words do not say that.
ADVICE: tuple[tuple[str, str], ...] = (
    ("must be a Table object", "name the table: secondary='the_table'"),
    ("property of that name exists", "take the backref away, and let both say back_populates"),
    ("does not have a mapped column named", "correct the name of the attribute"),
    ("'Table' object has no attribute", "name the class without its module, which a table is too"),
    ("no foreign keys", "give one of the tables a ForeignKey, or say primaryjoin"),
    ("multiple foreign key paths", "say foreign_keys: there are several ways to join"),
    ("generic class as the argument", "annotate it without `from __future__ import annotations`"),
    ("delete-orphan", "say single_parent=True, or cascade without delete-orphan"),
)


KINDS: Mapping[str, Callable[[Scene, Said], Finding]] = {
    "ambiguous": _ambiguous,
    "back-populates": _back_populates,
    "mapper": _other,
    "proxy": _proxy,
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
