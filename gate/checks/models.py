"""The entry point imports every SQLAlchemy model that a relationship names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gate.config import Config
from gate.inspection import failures, source
from gate.inspection.entry import checked_module, checked_prepare, module_file
from gate.inspection.runner import Failure, Interpreter, ask
from gate.report import CannotLook, Finding, Place, Report, place, shown

NAME = "models"
HELP = """\
Import the entry point alone, configure its SQLAlchemy mappers, and find relationships whose
target it never imports, and model modules that it never imports.

examples:
  gate models --entry lazy_app --models-glob 'contexts/*/models.py'
  gate models --entry lazy_app --prepare lazy_app:import_models
"""


@dataclass(frozen=True)
class Target:
    """The module ``entry`` of a tree, whose model modules match the patterns ``globs``.

    ``prepare`` (``module:function``) imports what is imported on demand; ``allow`` are patterns
    of modules that need not be imported; ``note`` is a line for the report.
    """

    interpreter: Interpreter = field(repr=False)
    entry: str
    globs: tuple[str, ...]
    prepare: str = ""
    allow: tuple[str, ...] = ()
    note: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("--entry", metavar="MODULE", help="the module that Lambda imports")
    parser.add_argument(
        "--models-glob", metavar="PATTERN", action="append", help="the model modules; repeatable"
    )
    parser.add_argument(
        "--prepare", metavar="MODULE:FUNCTION", help="imports what is imported on demand"
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    prepare, note = checked_prepare(options.prepare, config.models_prepare, config)
    return Target(
        Interpreter(config.source_root, config.python, config.timeout, config.env),
        entry=options.entry or config.entry,
        globs=tuple(options.models_glob or config.models_glob),
        prepare=prepare,
        allow=config.models_allow,
        note=note,
    )


def check(target: Target) -> Report:
    """Look whether the mappers configure with what the entry point imports."""
    root = target.interpreter.root
    entry = checked_module(target.entry, "--entry")
    file = module_file(root, entry)
    (answer,) = ask(
        target.interpreter, {"task": "models", "entry": entry, "prepare": target.prepare}
    )
    if isinstance(answer, Failure):
        return Report(NAME, (failures.finding(NAME, entry, answer, file),), _notes(target))
    looked = _Looked(target, file, answer)
    findings = tuple(looked.findings())
    mapped = f"{entry} maps {answer['mapped']} classes, and every relationship finds its target"
    return Report(NAME, findings, (*_notes(target), *(() if findings else (mapped,))))


def _notes(target: Target) -> tuple[str, ...]:
    return (target.note,) if target.note else ()


class _Looked:
    """What the child saw, beside what the tree holds."""

    def __init__(self, target: Target, file: Path, answer: dict[str, Any]) -> None:
        self._target = target
        self._root = target.interpreter.root.resolve()
        self._file = file
        self._answer = answer
        self._reported: set[Path] = set()

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong, each relationship by itself."""
        yield from self._unresolved()
        if self._answer["problem"] is not None:
            yield self._problem(**self._answer["problem"])
        yield from self._never_imported()

    def _unresolved(self) -> Iterator[Finding]:
        """Yield the relationships without target; their modules are not reported once more."""
        defined = source.classes(self._root) if self._answer["unresolved"] else {}
        for one in self._answer["unresolved"]:
            name = one["target"].rsplit(".", 1)[-1]
            where = self._best(defined.get(name, []))
            self._reported |= {where.file} if where else set()
            relationship = f"{one['class']}.{one['attribute']}"
            yield Finding(
                "models.unresolved",
                f"{self._target.entry} never imports {name}, which the relationship "
                f"{relationship} names" + (f"; {where.module} defines it" if where else ""),
                places=self._places(one, where),
                fix=self._fix(name, where),
            )

    def _best(self, definitions: list[source.Definition]) -> source.Definition | None:
        """Prefer a class in a model module to one of the same name elsewhere."""
        models = [one for one in definitions if one.file in self._model_files()]
        return next(iter(models or definitions), None)

    def _places(self, one: dict[str, Any], where: source.Definition | None) -> tuple[Place, ...]:
        places = []
        owner = self._root.joinpath(*one["module"].split(".")).with_suffix(".py")
        if owner.is_file():
            line = source.attribute_line(owner, one["class"], one["attribute"])
            places.append(place(owner, line))
        if where is not None:
            places.append(place(where.file, where.line))
        return (*places, place(self._file))

    def _fix(self, name: str, where: source.Definition | None) -> str:
        if where is None:
            return f"no class {name} is defined below {shown(self._root)}: correct the name"
        importer = self._target.prepare.partition(":")[0] or self._target.entry
        return f"add to {importer.replace('.', '/')}.py: from {where.module} import {name}"

    def _problem(self, kind: str, message: str, place: list[Any] | None, detail: str) -> Finding:
        del kind
        file, line = place or (self._file, None)
        return Finding(
            "models.mapper",
            f"the mappers of {self._target.entry} do not configure: {message}",
            places=(Place(shown(Path(file)), line),),
            fix="mend the model that the message names",
            detail=detail,
        )

    def _never_imported(self) -> Iterator[Finding]:
        files = self._model_files()
        if not files and not self._answer["mapped"]:
            patterns = ", ".join(self._target.globs)
            raise CannotLook(
                f"{self._target.entry} maps no class, and no file below {shown(self._root)} "
                f"matches {patterns}; say --models-glob PATTERN"
            )
        imported = {Path(file).resolve() for file in self._answer["imported"]}
        missing = [file for file in files if file not in imported | self._reported]
        if missing and not self._answer["mapped"]:
            yield self._none(missing)
            return
        for file in missing:
            module = source.module_name(file, self._root)
            yield Finding(
                "models.not-imported",
                f"{self._target.entry} never imports the models of {module}",
                places=(place(file), place(self._file)),
                fix=f"add to {self._target.entry}.py: import {module}, "
                "or add it to models-allow in [tool.gate]",
            )

    def _none(self, missing: list[Path]) -> Finding:
        return Finding(
            "models.none",
            f"{self._target.entry} imports no model at all: there are {len(missing)} model modules",
            places=(place(self._file), *map(place, missing)),
            fix="import them there; if they are imported on demand, say --prepare module:function",
        )

    def _model_files(self) -> list[Path]:
        found = {file for pattern in self._target.globs for file in self._root.glob(pattern)}
        return [file for file in sorted(found) if not self._allowed(file)]

    def _allowed(self, file: Path) -> bool:
        """Whether a file need not be imported: it is on the list, or defines no class."""
        module = source.module_name(file, self._root)
        listed = any(fnmatchcase(module, pattern) for pattern in self._target.allow)
        return listed or file.suffix != ".py" or not source.defines_class(file)
