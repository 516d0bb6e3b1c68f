"""Asks for two applications and compares the answers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gate.inspection import failures, wording
from gate.inspection.differences import compare
from gate.inspection.documents import differing_paths
from gate.inspection.facts import DIFFERS, EXTRA, MISSING, ORDER, Difference, Facts
from gate.inspection.runner import Answer, Failure, Interpreter, ask_each
from gate.report import Finding, place

CHECK = "parity"
MAX_DOCUMENT_PATHS = 5
IN_PART = (
    "of {framework} the gate sees routes, what answers and guards them, hooks and middleware of "
    "the application, and nothing else"
)
COLLISIONS = ("import-failed", "exits", "factory-failed", "prepare-failed")
SALT = os.urandom(32).hex()  # of this process: hashes of secrets can be compared in it alone


@dataclass(frozen=True)
class Subject:
    """An application that is asked for: ``name`` is what findings call it, ``file`` its module.

    ``own`` are further modules whose functions are compared by their code, as the entry point's.
    """

    name: str
    entry: str
    file: Path
    interpreter: Interpreter = field(repr=False)
    other: str = ""
    prepare: str = ""
    own: tuple[str, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        """What the child is asked."""
        names = {"entry": self.entry, "other": self.other or self.entry}
        how = {"prepare": self.prepare, "salt": SALT, "own": self.own}
        return {"task": "application", **how, **names}


@dataclass(frozen=True)
class Outcome:
    """What a comparison came to."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def look(*subjects: Subject) -> list[Answer]:
    """Return what each application is, each from its own child, all at the same time.

    One that fails beside others is asked for once more alone: what is done at import, a migration
    say, may be in the way of another who does the same.
    """
    answers = ask_each((subject.interpreter, subject.request) for subject in subjects)
    if len(subjects) == 1:
        return answers
    pairs = zip(subjects, answers, strict=True)
    return [look(subject)[0] if _collides(answer) else answer for subject, answer in pairs]


def _collides(answer: Answer) -> bool:
    return isinstance(answer, Failure) and answer.kind in COLLISIONS


def built_elsewhere(subjects: Sequence[Subject], answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return the modules that build the applications, where these are two and no entry points.

    A factory in a module of its own is as much the entry point's as the entry point's module.
    """
    modules = {subject.entry.partition(":")[0] for subject in subjects}
    built = {answer["built"] for answer in answers if not isinstance(answer, Failure)} - {""}
    return tuple(sorted(built - modules)) if len(built) == len(subjects) else ()


def unseen(subject: Subject, answer: Answer) -> Iterator[Finding]:
    """Yield why there is nothing to compare."""
    if isinstance(answer, Failure):
        yield failures.finding(CHECK, subject.name, answer, subject.file)
    elif not answer["routes"]:
        yield Finding(
            f"{CHECK}.no-routes",
            f"{subject.name} has no route: there is nothing to compare",
            places=(place(subject.file),),
            fix="if its routers are loaded on demand, say --prepare module:function",
        )


def compared(
    reference: Subject,
    candidate: Subject,
    answers: tuple[dict[str, Any], dict[str, Any]],
    fix: str = "",
) -> Outcome:
    """Return how two applications differ; ``fix`` replaces what findings advise."""
    pair = Pair((reference, candidate), answers)
    differences, notes = _stable(pair)
    ours, theirs = (wording.Side(facts, answer["place"]) for facts, answer in pair.sides)
    words = wording.Words(reference.name, candidate.name, ours, theirs, fix=fix)
    findings = [words.finding(difference) for difference in differences]
    if not findings:
        findings += _documents(pair, fix)
    partly = {answer["framework"] for answer in answers} - {""}
    notes += tuple(IN_PART.format(framework=name.title()) for name in sorted(partly))
    notes += tuple(
        f"{subject.name} is an adapter ({answer['adapter']}): the application in it is compared"
        for subject, answer in zip(pair.subjects, answers, strict=True)
        if answer["adapter"]
    )
    return Outcome(tuple(findings), notes)


@dataclass(frozen=True)
class Pair:
    """Two applications that are compared, with the answers of their children."""

    subjects: tuple[Subject, Subject]
    answers: tuple[dict[str, Any], dict[str, Any]]

    @cached_property
    def sides(self) -> list[tuple[Facts, dict[str, Any]]]:
        """The facts of each, beside its answer."""
        return [(Facts(answer["facts"]), answer) for answer in self.answers]

    @cached_property
    def again(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Each answer beside that of a second run of the same, which costs as much as the first."""
        both = zip(self.answers, look(*self.subjects), strict=True)
        return [(first, second) for first, second in both if not isinstance(second, Failure)]


def _stable(pair: Pair) -> tuple[list[Difference], tuple[str, ...]]:
    """Leave out what is another in a second run of the same: a time, a random number or path."""
    (ours, _), (theirs, _) = pair.sides
    differences = compare(ours, theirs)
    if not _may_change({one.status for one in differences}):
        return differences, ()
    changing = set[Any]()
    for first, second in pair.again:
        for one in compare(Facts(first["facts"]), Facts(second["facts"])):
            changing |= _what_changes(one)
    kept = [one for one in differences if not _what_changes(one) <= changing]
    names = dict.fromkeys(wording.thing(one) for one in differences if one not in kept)
    return kept, tuple(f"not compared, it changes from run to run: {name}" for name in names)


def _may_change(statuses: set[str]) -> bool:
    """Whether a second look is worth its time: what has a random name is missing and extra."""
    return bool(statuses & {DIFFERS, ORDER}) or statuses >= {MISSING, EXTRA}


def _what_changes(one: Difference) -> set[Any]:
    """Return what a difference is about: things by their keys, or the order of things."""
    return {(one.kind, one.scope)} if one.status == ORDER else {fact.key for fact in one.facts}


def _documents(pair: Pair, fix: str) -> Iterator[Finding]:
    """Yield a finding when everything else is the same and the OpenAPI documents are not."""
    ours, theirs = (answer["openapi"] for answer in pair.answers)
    paths = list(differing_paths(ours, theirs))
    if paths:
        changing = {
            path
            for first, second in pair.again
            for path in differing_paths(first["openapi"], second["openapi"])
        }
        paths = [path for path in paths if path not in changing]
    if paths:
        names = " and ".join(subject.name for subject in pair.subjects)
        yield Finding(
            f"{CHECK}.openapi.differs",
            f"the OpenAPI documents of {names} differ",
            detail="\n".join(paths[:MAX_DOCUMENT_PATHS]),
            fix=fix or "build both applications from one function",
        )


def variables(interpreter: Interpreter, more: Mapping[str, str]) -> Interpreter:
    """Return the interpreter with more variables."""
    return replace(interpreter, env={**interpreter.env, **more})
