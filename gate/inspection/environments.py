"""One entry point under the environment of each stage, compared with itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gate.inspection.comparison import Outcome, Subject, compared, look, unseen, variables
from gate.report import Finding

FIX = (
    "build the same in every stage; what must depend on the environment belongs behind the "
    "routes and middleware, not in which of them there are"
)


def compared_in(stages: Mapping[str, Mapping[str, str]], subject: Subject) -> Outcome:
    """Return what ``subject`` is in one stage and not in another; two stages at least."""
    subjects = [
        replace(
            subject,
            name=f"{subject.name} in {stage}",
            interpreter=variables(subject.interpreter, environment),
        )
        for stage, environment in stages.items()
    ]
    answers = look(*subjects)
    findings = [
        f for one, answer in zip(subjects, answers, strict=True) for f in unseen(one, answer)
    ]
    seen = [answer for answer in answers if isinstance(answer, dict)]
    if findings:
        return Outcome(tuple(findings))
    outcome = _kinds(list(zip(subjects, seen, strict=True)))
    names = ", ".join(stages)
    passed = (f"{subject.name} builds the same in {names}",) if not outcome.findings else ()
    return Outcome(outcome.findings, (*outcome.notes, *passed))


def _kinds(stages: Sequence[tuple[Subject, dict[str, Any]]]) -> Outcome:
    """Compare each stage with the first; one that is as another before it says nothing new."""
    kinds: list[tuple[Subject, dict[str, Any]]] = []
    findings: list[Finding] = []
    notes: list[str] = []
    for subject, answer in stages:
        outcomes = [compared(kind, subject, (its, answer), FIX) for kind, its in kinds]
        notes += [note for outcome in outcomes for note in outcome.notes]
        alike = [
            kind.name
            for (kind, _), outcome in zip(kinds, outcomes, strict=True)
            if not outcome.findings
        ]
        if alike and findings:
            notes.append(f"{subject.name} is as {alike[0]}")
        elif not alike:
            findings += outcomes[0].findings if outcomes else ()
            kinds.append((subject, answer))
    return Outcome(tuple(findings), tuple(dict.fromkeys(notes)))
