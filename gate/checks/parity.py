"""Two entry points build the same application."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.config import Config
from gate.inspection import failures, wording
from gate.inspection.differences import DIFFERS, Difference, Facts, Key, compare, differing_keys
from gate.inspection.documents import differing_paths
from gate.inspection.entry import checked, checked_prepare, module_file, module_name
from gate.inspection.runner import Answer, Failure, Interpreter, ask
from gate.report import Finding, Report, place

NAME = "parity"
HELP = """\
Import two entry points, each in its own interpreter, and compare the applications that they
build: middleware, routes, dependencies, exception handlers, lifespan, mounts, settings.

examples:
  gate parity --reference main:app --candidate lazy_app:app
  gate parity --candidate lazy_app:app --prepare lazy_app:load_all_routers
  gate parity --reference 'server:create_app()' --candidate asgi:app --root src
"""
MAX_DOCUMENT_PATHS = 5
SALT = secrets.token_hex()  # of this process: hashes of secrets can be compared in it alone


@dataclass(frozen=True)
class Target:
    """Two entry points, ``module:attribute``, of one tree.

    ``prepare`` names the function (``module:function``) that loads what is loaded on demand;
    ``note`` is a line for the report.
    """

    interpreter: Interpreter = field(repr=False)
    reference: str
    candidate: str
    prepare: str = ""
    note: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("--reference", metavar="MODULE:APP", help="the entry point that is right")
    parser.add_argument("--candidate", metavar="MODULE:APP", help="the one that must be the same")
    parser.add_argument(
        "--prepare", metavar="MODULE:FUNCTION", help="loads the routers that are loaded on demand"
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    prepare, note = checked_prepare(options.prepare, config.prepare, config)
    return Target(
        Interpreter(config.source_root, config.python, config.timeout, config.env),
        reference=options.reference or config.reference,
        candidate=options.candidate or config.candidate,
        prepare=prepare,
        note=note,
    )


def check(target: Target) -> Report:
    """Compare what the two entry points build."""
    files = [_file(target, "reference"), _file(target, "candidate")]
    answers = _ask(target)
    names = (target.reference, target.candidate)
    findings: list[Finding] = []
    for name, file, answer in zip(names, files, answers, strict=True):
        findings += _unseen(name, file, answer)
    reference, candidate = answers
    if findings or isinstance(reference, Failure) or isinstance(candidate, Failure):
        return Report(NAME, tuple(findings), _note(target))
    return _compared(target, reference, candidate)


def _file(target: Target, option: str) -> Path:
    entry = checked(getattr(target, option), f"--{option}")
    return module_file(target.interpreter.root, module_name(entry))


def _ask(target: Target) -> list[Answer]:
    common = {"task": "application", "prepare": target.prepare, "salt": SALT}
    pair = (target.reference, target.candidate)
    requests = [{**common, "entry": pair[at], "other": pair[1 - at]} for at in range(2)]
    return ask(target.interpreter, *requests)


def _unseen(name: str, file: Path, answer: Answer) -> Iterator[Finding]:
    """Yield why there is nothing to compare."""
    if isinstance(answer, Failure):
        yield failures.finding(NAME, name, answer, file)
    elif not answer["routes"]:
        yield Finding(
            "parity.no-routes",
            f"{name} has no route: there is nothing to compare",
            places=(place(file),),
            fix="if its routers are loaded on demand, say --prepare module:function",
        )


def _compared(target: Target, reference: dict[str, Any], candidate: dict[str, Any]) -> Report:
    ours, theirs = Facts(reference["facts"]), Facts(candidate["facts"])
    differences, changing = _stable(target, compare(ours, theirs), ours, theirs)
    words = wording.Words(
        target.reference,
        target.candidate,
        wording.Side(ours, reference["place"]),
        wording.Side(theirs, candidate["place"]),
    )
    findings = [words.finding(difference) for difference in differences]
    findings += _documents(target, reference, candidate) if not findings else []
    notes = (*_note(target), *changing, *_notes(target, reference, candidate, findings))
    return Report(NAME, tuple(findings), notes)


def _stable(
    target: Target, differences: list[Difference], ours: Facts, theirs: Facts
) -> tuple[list[Difference], tuple[str, ...]]:
    """Leave out values that differ from themselves in a second run: a time, a random number."""
    if not any(one.status == DIFFERS for one in differences):
        return differences, ()
    changing: set[Key] = set()
    for first, answer in zip((ours, theirs), _ask(target), strict=True):
        if not isinstance(answer, Failure):
            changing |= differing_keys(first, Facts(answer["facts"]))
    kept = [one for one in differences if not _changes(one, changing)]
    names = sorted({f"{one.kind} {one.name}" for one in differences if one not in kept})
    return kept, tuple(f"not compared, it changes from run to run: {name}" for name in names)


def _changes(one: Difference, changing: set[Key]) -> bool:
    return one.status == DIFFERS and all(fact.key in changing for fact in one.reference)


def _documents(
    target: Target, reference: dict[str, Any], candidate: dict[str, Any]
) -> Iterator[Finding]:
    """Yield a finding when everything else is the same and the OpenAPI documents are not."""
    paths = list(differing_paths(reference["openapi"], candidate["openapi"]))
    if paths:
        yield Finding(
            "parity.openapi.differs",
            f"the OpenAPI documents of {target.reference} and {target.candidate} differ",
            detail="\n".join(paths[:MAX_DOCUMENT_PATHS]),
            fix="build both applications from one function",
        )


def _note(target: Target) -> tuple[str, ...]:
    return (target.note,) if target.note else ()


def _notes(
    target: Target,
    reference: dict[str, Any],
    candidate: dict[str, Any],
    findings: list[Finding],
) -> tuple[str, ...]:
    if reference["same_object"] or candidate["same_object"]:
        return (f"single entry point: {target.reference} is {target.candidate}",)
    if findings:
        return ()
    routes = reference["routes"]
    return (f"{target.reference} and {target.candidate} build the same, {routes} routes",)
