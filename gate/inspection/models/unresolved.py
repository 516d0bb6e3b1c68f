"""Names in relationships that nothing imported defines: one finding for each name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gate.inspection.entry import find_module
from gate.inspection.models.scene import Said, Scene, attribute, of_definition, places
from gate.inspection.source import Definition
from gate.report import Finding, Place, place, shown, some

NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
NAMED = 4  # relationships in a message

# What is to be said about a name, and what to do.
Words = tuple[str, str]


def findings(scene: Scene, these: Iterable[Said]) -> Iterator[Finding]:
    """Yield what is wrong with names: every relationship that uses one is told with it."""
    groups: dict[tuple[str, Definition | None], list[Said]] = {}
    for said in these:
        name = said["target"].rpartition(".")[2]
        groups.setdefault((name, _where(scene, said)), []).append(said)
    for (_, where), group in groups.items():
        message, fix = _words(scene, group, where)
        named = [where_it_is for said in group for where_it_is in places(said)]
        yield Finding(
            "models.unresolved",
            message,
            places=(*named, *of_definition(where), place(scene.file)),
            fix=fix,
        )


def _where(scene: Scene, said: Said) -> Definition | None:
    name = said["target"].rpartition(".")[2]
    return scene.tree.definition(said["target"], _user(said)) or scene.tree.table(name)


def _user(said: Said) -> Path | None:
    return Path(said["place"][0]) if said["place"] else None


def _words(scene: Scene, group: Sequence[Said], where: Definition | None) -> Words:
    said, who = group[0], _who(group)
    name = said["target"].rpartition(".")[2]
    if "." in said["target"] and find_module(scene.tree.root, said["target"]):
        return (
            f"{who} {said['target']}, which is a module",
            f"name a class in it, as in relationship('{said['target']}.Name')",
        )
    if where is None:
        return _nowhere(scene, said, who)
    if where.file not in scene.imported:
        return _not_imported(scene, name, who, where)
    if said["elsewhere"]:
        return (
            f"{name}, which {who}, belongs to another declarative base",
            f"name the class itself, or map {name} and {said['class']} with one base",
        )
    return (
        f"{name}, which {who}, is defined in {where.module} and not mapped",
        "map it before the first query: call what maps it, and say so with --prepare; "
        "a SQLModel wants table=True",
    )


def _who(group: Sequence[Said]) -> str:
    if len(group) == 1:
        return f"the relationship {attribute(group[0])} names"
    return f"the relationships {some(list(map(attribute, group)), NAMED)} name"


def _nowhere(scene: Scene, said: Said, who: str) -> Words:
    """Say that no class has the name, and what it is instead."""
    target, user = said["target"], _user(said)
    name = target.rpartition(".")[2]
    if not NAME.fullmatch(target):
        return (
            f"{who} {target!r}, which is no name of a class",
            "quote the name of the class alone, as in Optional['Name'] or list['Name']",
        )
    renamed = scene.tree.renamed(user, name) if user else None
    if renamed is not None:
        return (
            f"{who} {name}, as its own module alone calls {renamed.module}.{renamed.name}",
            f"SQLAlchemy knows it as {renamed.name}: annotate with that, or say "
            f"relationship({renamed.name!r})",
        )
    return (
        f"{scene.entry} never imports {name}, which {who}",
        f"no class {name} is defined below {shown(scene.tree.root)}: correct the name",
    )


def _not_imported(scene: Scene, name: str, who: str, where: Definition) -> Words:
    scene.reported.add(where.file)
    asked = scene.early and scene.early["place"]
    asking = str(Place(shown(Path(asked[0])), asked[1])) if asked else ""
    if scene.early and str(where.file) in scene.early["files"]:
        return (
            f"{name}, which {who}, is defined only after {asking} has asked for the mappers",
            "ask for them (aliased(), configure_mappers(), a query) behind all models",
        )
    message = f"{scene.entry} never imports {name}, which {who}; {where.module} defines it"
    before = f"; before {asking}, which asks for the mappers" if asking else ""
    return message, f"{scene.add_import(where)}{before}"
