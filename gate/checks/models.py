"""The entry point imports every SQLAlchemy model that a relationship names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.config import Config
from gate.inspection import failures
from gate.inspection.entry import checked_module, checked_prepare, module_file
from gate.inspection.models import mappers, missing, side_effects
from gate.inspection.models.modules import Modules
from gate.inspection.models.scene import Said, Scene, attribute
from gate.inspection.models.side_effects import Candidate
from gate.inspection.runner import Answer, Failure, Interpreter, ask
from gate.report import CannotLook, Finding, Report, shown

NAME = "models"
HELP = """\
Import the entry point alone, configure its SQLAlchemy mappers, and find relationships and foreign
keys whose target it never imports, model modules that it never imports or that a clean-up of
unused imports would take away, and tables that two modules define.

examples:
  gate models --entry lazy_app --models-glob 'contexts/*/models.py'
  gate models --entry lazy_app --prepare lazy_app:import_models
"""
AT_ONCE = 2  # child interpreters


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
    entry = checked_module(target.entry, "--entry")
    file = module_file(target.interpreter.root, entry)
    tree = Modules(target.interpreter.root, target.globs, target.allow)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_ask, target, {})
        twice = tuple(missing.twice(*pair) for pair in tree.twice)  # while the child imports
    (answer,) = asked.result()
    if isinstance(answer, Failure):
        failed = missing.failed(tree, failures.finding(NAME, entry, answer, file), twice)
        return Report(NAME, failed, _notes(target, tree))
    scene = Scene(
        tree,
        entry,
        file,
        importer=target.prepare.partition(":")[0] or entry,
        imported=frozenset(Path(one).resolve() for one in answer["imported"].values()),
        early=answer["early"],
    )
    findings = (*_findings(scene, answer), *twice, *_side_effects(target, tree, answer))
    right = () if findings else (_right(entry, answer),)
    return Report(NAME, findings, (*_notes(target, tree), *_unsure(answer), *right))


def _ask(target: Target, *left_out: dict[str, Any]) -> list[Answer]:
    """Import the entry point, once for each of ``left_out``: the imports to do without."""
    request = {"task": "models", "entry": target.entry, "prepare": target.prepare}
    return ask(target.interpreter, *({**request, "left_out": one} for one in left_out))


def _findings(scene: Scene, answer: Said) -> Iterator[Finding]:
    """Yield what is wrong, each relationship, foreign key and module by itself."""
    for said in answer["swallowed"]:
        yield from _some(missing.swallowed(scene, said))
    yield from mappers.relationships(scene, answer["relationships"])
    for said in answer["foreign_keys"]:
        yield from _some(mappers.foreign_key(scene, said))
    yield from (mappers.disagreement(said) for said in answer["disagreements"] if said["names"])
    if answer["problem"] is not None:
        yield mappers.problem(scene, answer["problem"])
    yield from _never_imported(scene, answer)


def _some(finding: Finding | None) -> Iterator[Finding]:
    if finding is not None:
        yield finding


def _never_imported(scene: Scene, answer: Said) -> Iterator[Finding]:
    if not scene.tree.models and not answer["mapped"] and not answer["deferred"]:
        raise CannotLook(
            f"{scene.entry} maps no class, and no file below {shown(scene.tree.root)} "
            f"matches {scene.tree.patterns}; say --models-glob PATTERN"
        )
    unseen = missing.unseen(scene)
    if unseen and not answer["mapped"] and not answer["deferred"]:
        yield missing.none(scene, unseen)
        return
    yield from missing.never_imported(scene)


def _side_effects(target: Target, tree: Modules, answer: Said) -> Iterator[Finding]:
    """Yield the imports that a clean-up would take away, and models with them."""
    for these, after in _tried(target, side_effects.candidates(tree, answer)):
        lost = side_effects.lost(answer, after)
        for candidate, names in side_effects.blamed(tree, answer, these, lost).items():
            yield missing.side_effect(candidate, names)


def _tried(
    target: Target, found: list[Candidate]
) -> Iterator[tuple[list[Candidate], dict[str, Any]]]:
    """Yield what a child sees without all the candidates.

    Where that does not even import, each is left out by itself: a loud loss hides the others.
    """
    rounds = [found] if found else []
    while rounds:
        some, rounds = rounds[:AT_ONCE], rounds[AT_ONCE:]
        answers = _ask(target, *map(side_effects.left_out, some))
        for these, after in zip(some, answers, strict=True):
            if not isinstance(after, Failure):
                yield these, after
            elif len(these) > 1:
                rounds += [[one] for one in these]


def _notes(target: Target, tree: Modules) -> tuple[str, ...]:
    blind = f"no file matches {tree.patterns}: model modules that nothing imports are not seen"
    return (*([target.note] if target.note else []), *([] if tree.matching else [blind]))


def _unsure(answer: Said) -> Iterator[str]:
    """Yield what was seen and is no fault, or could not be seen."""
    if answer["deferred"]:
        waiting = ", ".join(answer["deferred"])
        yield f"mapped only when a database is there, and not looked at: {waiting}"
    for said in answer["disagreements"]:
        if not said["names"]:
            here, there = attribute(said), attribute(said["other"])
            yield f"{here} names {there} in back_populates, which names nothing: one way only"


def _right(entry: str, answer: Said) -> str:
    classes = sum(1 for module, _ in answer["mapped"] if module)
    return f"{entry} maps {classes} classes, and every relationship finds its target"
