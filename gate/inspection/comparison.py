"""Asks for two applications and compares the answers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.inspection import failures, wording
from gate.inspection.differences import DIFFERS, Difference, Facts, Key, compare, differing_keys
from gate.inspection.documents import differing_paths
from gate.inspection.runner import Answer, Failure, Interpreter, ask_each
from gate.report import Finding, place

CHECK = "parity"
MAX_DOCUMENT_PATHS = 5
SALT = secrets.token_hex()  # of this process: hashes of secrets can be compared in it alone


@dataclass(frozen=True)
class Subject:
    """An application that is asked for: ``name`` is what findings call it, ``file`` its module."""

    name: str
    entry: str
    file: Path
    interpreter: Interpreter = field(repr=False)
    other: str = ""
    prepare: str = ""

    @property
    def request(self) -> dict[str, Any]:
        """What the child is asked."""
        names = {"entry": self.entry, "other": self.other or self.entry}
        return {"task": "application", "prepare": self.prepare, "salt": SALT, **names}


@dataclass(frozen=True)
class Outcome:
    """What a comparison came to."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def look(*subjects: Subject) -> list[Answer]:
    """Return what each application is, each from its own child, all at the same time."""
    return ask_each((subject.interpreter, subject.request) for subject in subjects)


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
    ours, theirs = (Facts(answer["facts"]) for answer in answers)
    differences, changing = _stable((reference, candidate), compare(ours, theirs), ours, theirs)
    sides = (wording.Side(ours, answers[0]["place"]), wording.Side(theirs, answers[1]["place"]))
    words = wording.Words(reference.name, candidate.name, *sides, fix=fix)
    findings = [words.finding(difference) for difference in differences]
    if not findings:
        names = (reference.name, candidate.name)
        findings += _documents(names, answers[0]["openapi"], answers[1]["openapi"], fix)
    return Outcome(tuple(findings), changing)


def _stable(
    subjects: tuple[Subject, Subject], differences: list[Difference], ours: Facts, theirs: Facts
) -> tuple[list[Difference], tuple[str, ...]]:
    """Leave out values that differ from themselves in a second run: a time, a random number."""
    if not any(one.status == DIFFERS for one in differences):
        return differences, ()
    changing: set[Key] = set()
    for first, answer in zip((ours, theirs), look(*subjects), strict=True):
        if not isinstance(answer, Failure):
            changing |= differing_keys(first, Facts(answer["facts"]))
    kept = [one for one in differences if not _changes(one, changing)]
    names = sorted({f"{one.kind} {one.name}" for one in differences if one not in kept})
    return kept, tuple(f"not compared, it changes from run to run: {name}" for name in names)


def _changes(one: Difference, changing: set[Key]) -> bool:
    return one.status == DIFFERS and all(fact.key in changing for fact in one.reference)


def _documents(names: tuple[str, str], one: Any, other: Any, fix: str) -> Iterator[Finding]:
    """Yield a finding when everything else is the same and the OpenAPI documents are not."""
    paths = list(differing_paths(one, other))
    if paths:
        yield Finding(
            f"{CHECK}.openapi.differs",
            f"the OpenAPI documents of {names[0]} and {names[1]} differ",
            detail="\n".join(paths[:MAX_DOCUMENT_PATHS]),
            fix=fix or "build both applications from one function",
        )


def variables(interpreter: Interpreter, more: Mapping[str, str]) -> Interpreter:
    """Return the interpreter with more variables."""
    return Interpreter(
        interpreter.root, interpreter.python, interpreter.timeout, {**interpreter.env, **more}
    )
