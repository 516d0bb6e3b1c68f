"""What every finding about models refers to: the tree, the entry point, what it imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.inspection import source
from gate.inspection.entry import find_module
from gate.inspection.models.modules import Modules
from gate.inspection.source import Definition
from gate.report import Place, place

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """The module ``entry`` of a tree, and what a child saw when it imported that.

    Missing imports are to be added to the module ``importer``. The files whose import a finding
    asks for are in ``reported``: they need not be named once more. ``early`` says where the tree
    asked for its mappers while it was imported, in vain.
    """

    tree: Modules
    entry: str
    file: Path
    importer: str
    imported: frozenset[Path]
    reported: set[Path] = field(default_factory=set)
    early: Said | None = None

    def add_import(self, where: Definition) -> str:
        """Return the advice to import a class or table, in a way that no clean-up undoes."""
        package, _, module = where.module.rpartition(".")
        line = f"import {where.module}"
        if where.name:
            line = f"from {where.module} import {where.name}"
        elif package:
            line = f"from {package} import {module}"
        return self.add_line(line)

    def add_line(self, line: str) -> str:
        """Return the advice to add an import."""
        file = find_module(self.tree.root, self.importer)
        name = file.relative_to(self.tree.root) if file else self.importer
        return f"add to {name}: {line}  # noqa: F401"


def attribute(said: Said) -> str:
    """Return `Class.attribute`."""
    return f"{said['class']}.{said['attribute']}"


def places(said: Said) -> tuple[Place, ...]:
    """Return the line of an attribute; none where its class is not of the tree."""
    if not said["place"]:
        return ()
    file, line = said["place"]
    at = source.attribute_line(Path(file), said["class"], said["attribute"], line)
    return (place(Path(file), at),)


def of_definition(where: Definition | None) -> tuple[Place, ...]:
    """Return the place of a definition, if there is one."""
    return (place(where.file, where.line),) if where else ()


def first_line(text: str) -> str:
    """Return the first line of a text."""
    return text.splitlines()[0] if text else ""
