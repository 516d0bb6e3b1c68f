"""Two entry points build the same application."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gate.config import Config, Environments
from gate.inspection.comparison import (
    Outcome,
    Subject,
    built_elsewhere,
    compared,
    look,
    unseen,
)
from gate.inspection.entry import checked, checked_prepare, module_file, module_name
from gate.inspection.environments import compared_in
from gate.inspection.runner import Answer, Failure, Interpreter
from gate.inspection.stages import environments
from gate.report import CannotLook, Report

NAME = "parity"
HELP = """\
Import two entry points, each in its own interpreter, and compare the applications that they
build: middleware, routes, dependencies, exception handlers, lifespan, mounts, settings.

examples:
  gate parity --reference main:app --candidate lazy_app:app
  gate parity --candidate lazy_app:app --prepare lazy_app:load_all_routers
  gate parity --reference 'server:create_app()' --candidate asgi:app --root src
  gate parity --static
  gate parity --environments 'stages/*.toml'
"""


@dataclass(frozen=True)
class Target:
    """Two entry points, ``module:attribute``, of one tree.

    ``prepare`` names the function (``module:function``) that loads what is loaded on demand;
    ``note`` is a line for the report. With ``stages`` (name → variables) the candidate alone is
    looked at, in the environment of each. With ``static`` nothing is imported: the two are read,
    and where that does not tell, the verdict is undecided, which passes if that is allowed.
    """

    interpreter: Interpreter = field(repr=False)
    reference: str
    candidate: str
    prepare: str = ""
    note: str = ""
    stages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    static: bool = False
    allow_undecided: bool = False


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("--reference", metavar="MODULE:APP", help="the entry point that is right")
    parser.add_argument("--candidate", metavar="MODULE:APP", help="the one that must be the same")
    parser.add_argument(
        "--prepare", metavar="MODULE:FUNCTION", help="loads the routers that are loaded on demand"
    )
    parser.add_argument(
        "--static", action="store_true", help="read the code: import nothing, run nothing"
    )
    parser.add_argument(
        "--allow-undecided",
        action="store_true",
        help="with --static: pass where reading does not tell, and say so",
    )
    parser.add_argument(
        "--environments",
        metavar="GLOB",
        nargs="?",
        const="",
        help="compare the candidate with itself in the environment of each stage; "
        "default: as [tool.gate] says",
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    if options.static and options.environments is not None:
        raise CannotLook("--static reads the code, --environments runs it: say one of them")
    if options.allow_undecided and not options.static:
        raise CannotLook("--allow-undecided goes with --static: what is run is always decided")
    prepare, note = checked_prepare(options.prepare, config.prepare, config)
    return Target(
        Interpreter(config.source_root, config.python, config.timeout, config.env),
        reference=options.reference or config.reference,
        candidate=options.candidate or config.candidate,
        prepare=prepare,
        note=note,
        stages=_stages(options.environments, config),
        static=options.static,
        allow_undecided=options.allow_undecided,
    )


def _stages(given: str | None, config: Config) -> Mapping[str, Mapping[str, str]]:
    if given is None:
        return {}
    source = config.environments or Environments(config.file.parent if config.file else Path.cwd())
    return environments(replace(source, folder=Path.cwd(), glob=given) if given else source)


def check(target: Target) -> Report:
    """Compare what the two entry points build, or what one of them builds in each stage."""
    candidate = _subject(target, "candidate")
    if target.static:
        return _read(target)
    if target.stages:
        outcome = compared_in(target.stages, candidate)
    else:
        outcome = _looked((_subject(target, "reference"), candidate))
    return Report(NAME, outcome.findings, (*_note(target), *outcome.notes))


def _note(target: Target) -> tuple[str, ...]:
    return (target.note,) if target.note else ()


def _read(target: Target) -> Report:
    """Compare the two entry points as they are written."""
    # What imports the two starts the sooner without these.
    from gate.static import findings  # noqa: PLC0415
    from gate.static.source import Sources  # noqa: PLC0415
    from gate.static.verdict import compare  # noqa: PLC0415

    names = (_subject(target, "reference").entry, target.candidate)
    root = target.interpreter.root
    verdict = compare(Sources(str(root)), *names, target.prepare)
    report = findings.report(verdict, *names, root=root, allow_undecided=target.allow_undecided)
    return replace(report, notes=(*_note(target), *report.notes))


def _subject(target: Target, option: str) -> Subject:
    entry = checked(getattr(target, option), f"--{option}")
    other = target.reference if option == "candidate" else target.candidate
    return Subject(
        entry,
        entry,
        module_file(target.interpreter.root, module_name(entry)),
        target.interpreter,
        other="" if target.stages else other,
        prepare=target.prepare,
    )


def _looked(subjects: tuple[Subject, Subject]) -> Outcome:
    answers = look(*subjects)
    if own := built_elsewhere(subjects, answers):
        reference, candidate = (replace(subject, own=own) for subject in subjects)
        return _compared(reference, candidate, look(reference, candidate))
    return _compared(*subjects, answers)


def _alike(ours: Answer, theirs: Answer) -> bool:
    """Whether both fail for the same reason, by whichever way they come to it."""
    if not (isinstance(ours, Failure) and isinstance(theirs, Failure)):
        return False
    return replace(ours, detail="") == replace(theirs, detail="")


def _compared(reference: Subject, candidate: Subject, answers: list[Answer]) -> Outcome:
    ours, theirs = answers
    if _alike(ours, theirs):
        both = replace(reference, name=f"{reference.name}, as {candidate.name},")
        return Outcome(tuple(unseen(both, ours)))
    findings = (*unseen(reference, ours), *unseen(candidate, theirs))
    if findings or isinstance(ours, Failure) or isinstance(theirs, Failure):
        return Outcome(findings)
    outcome = compared(reference, candidate, (ours, theirs))
    if ours["same_object"] or theirs["same_object"]:
        single = f"single entry point: {reference.name} is {candidate.name}"
        return replace(outcome, notes=(*outcome.notes, single))
    if outcome.findings:
        return outcome
    same = f"{reference.name} and {candidate.name} build the same, {ours['routes']} routes"
    return replace(outcome, notes=(*outcome.notes, same))
