"""A verdict as a report, in the words of the comparison at run time.

Only what is not "the same" comes here: what this needs is slow to import.
"""

from __future__ import annotations

from pathlib import Path

from gate.inspection import failures
from gate.inspection.runner import Failure
from gate.report import Finding, Report, place
from gate.static.differing import Differences
from gate.static.verdict import Verdict, said

CHECK = "parity"
FIX = "run without --static"
UNSEEN = "what differs is not known"
COUNTED = ("middleware", "start-up hook", "shutdown hook")  # one more is one more, of any name
SEEN = 5  # so many of the differences that reading has seen are named where it is undecided


def report(
    verdict: Verdict, reference: str, candidate: str, *, root: Path, allow_undecided: bool = False
) -> Report:
    """Return the report of a verdict."""
    if verdict.kind == "unseen":
        return Report(CHECK, tuple(_unseen(verdict, root)))
    if verdict.kind in ("same", "single"):
        return Report(CHECK, notes=(said(verdict, reference, candidate),))
    differences = Differences(verdict, reference, candidate)
    harmless = not differences.all and not verdict.reasons
    if verdict.kind == "differ" and harmless and differences.are_of_order:
        return Report(CHECK, notes=(said(verdict, reference, candidate),))
    certain = differences.certain if verdict.kind == "differ" else []
    if certain:
        rest = tuple(f"not decided: {one.message}" for one in differences.unsure)
        return Report(CHECK, tuple(certain), rest)
    finding = _undecided(verdict, differences)
    if allow_undecided:
        return Report(CHECK, notes=(f"{finding.message} ({finding.places[0]}); {FIX}",))
    return Report(CHECK, (finding,))


def _unseen(verdict: Verdict, root: Path) -> list[Finding]:
    findings = []
    for entry, kind, message, (file, line) in verdict.unseen:
        if kind == "no-routes":
            findings.append(
                Finding(
                    f"{CHECK}.{kind}",
                    f"{entry} has no route: there is nothing to compare",
                    places=(place(Path(file)),),
                    fix="if its routers are loaded on demand, say --prepare module:function",
                )
            )
        else:
            failure = Failure(kind, message, Path(file), line)
            findings.append(failures.finding(CHECK, entry, failure, root))
    return findings


def _undecided(verdict: Verdict, differences: Differences) -> Finding:
    """Say what stopped us, and what was seen up to there."""
    seen = [one.message for one in (*differences.certain, *differences.unsure)]
    reasons = list(verdict.reasons)
    if reasons:
        message, places = (
            f"undecided: {reasons[0][0]}",
            [place(Path(f), n) for _, (f, n) in reasons],
        )
    else:
        message, places = f"undecided: {(*seen, UNSEEN)[0]}", differences.places
        seen = seen[1:]
    detail = "\n".join(f"seen so far: {line}" for line in seen[:SEEN])
    return Finding(
        f"{CHECK}.undecided", message, tuple(dict.fromkeys(places))[:SEEN], fix=FIX, detail=detail
    )
