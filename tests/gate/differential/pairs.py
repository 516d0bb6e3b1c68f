"""Random pairs of entry points, and how reading and running judge them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from tests.gate.differential.mutating import mutated
from tests.gate.differential.pieces import Body, Pieces
from tests.gate.differential.running import ENTRIES, Running, Truth
from tests.gate.parity_cases import source

NOT_KNOWN = frozenset({"parity.undecided"})
SAME, UNDECIDED, DIFFER = "same", "undecided", "differ"
FAILING, FAILED = "failing alike", "failed"
PARAMETERS = ("parity.endpoint.", "parity.dependency.")
# An entry point of which nothing can be seen, one finding each.
UNSEEN: tuple[str, ...] = (
    "parity.import-failed",
    "parity.no-routes",
    "parity.not-asgi",
    "parity.no-attribute",
)
UNSEEN += ("parity.exits", "parity.hangs", "parity.openapi-failed", "parity.inspection-failed")


@dataclass(frozen=True)
class Judged:
    """A pair: what reading says, what running says, where it was not asked "" ."""

    number: int
    read: str
    run: str
    is_wrong: bool
    said: str = ""


def written(choose: random.Random, pieces: Pieces) -> tuple[str, str]:
    """Return the sources of two entry points, alike or nearly so."""
    parts = [part for _ in range(choose.choice((1, 1, 2, 3))) for part in _body(choose, pieces)]
    if choose.random() < 0.7:
        parts.sort(key=lambda part: not part.startswith("app = "))
    base = tuple(parts)
    if choose.random() < 0.35:  # in both alike
        base = mutated(base, choose, pieces)
    one = base if choose.random() < 0.7 else mutated(base, choose, pieces)
    other = mutated(base, choose, pieces) if choose.random() < 0.8 else base
    return source("\n".join(one)), source("\n".join(other)) + "# the other\n"


def _body(choose: random.Random, pieces: Pieces) -> Body:
    return choose.choice(pieces.idioms if choose.random() < 0.75 else pieces.catalogue)


def judged(root: Path, number: int, running: Running) -> Judged:
    """Judge the entry points below ``root`` in both ways; one left undecided is not run."""
    target = Target(Interpreter(root), *ENTRIES, static=True)
    findings = check(target).findings
    rules = frozenset(finding.rule for finding in findings)
    if rules == NOT_KNOWN:
        return Judged(number, UNDECIDED, "", is_wrong=False)
    read = DIFFER if rules else SAME
    truth = running.truth(root)
    # That something fails is for the run-time comparison itself to say, not for a quick copy of it.
    if truth[0] in (SAME, DIFFER) and _fits(rules, truth):
        return Judged(number, read, truth[0], is_wrong=False)
    truth = _surely(root)
    said = "; ".join(finding.message for finding in findings)
    wrong = not _fits(rules, truth)
    return Judged(number, read, truth[0], is_wrong=wrong, said=f"{said} / {sorted(truth[1])}")


def _fits(rules: frozenset[str], truth: Truth) -> bool:
    """Whether each of the rules that reading names is what running finds."""
    kind, found = truth
    if kind in (FAILING, FAILED):
        return bool(rules) and rules <= found
    rest = rules - found
    if any(
        rule.startswith(PARAMETERS) for rule in found
    ):  # what is a parameter's is said of either
        rest = frozenset(rule for rule in rest if not rule.startswith(PARAMETERS))
    return bool(rules) == bool(found) and not rest


def _surely(root: Path) -> Truth:
    """Return what the run-time comparison says, which looks twice at what may change by itself."""
    findings = check(Target(Interpreter(root), *ENTRIES)).findings
    rules = frozenset(finding.rule for finding in findings)
    unseen = [finding for finding in findings if finding.rule in UNSEEN]
    if unseen:
        return FAILING if len(unseen) == len(ENTRIES) else FAILED, rules
    return DIFFER if rules else SAME, rules
