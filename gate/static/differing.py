"""Differences of two sheets, in the words of the comparison at run time: certain, or not.

Only what is not "the same" comes here: what this needs is slow to import.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gate.inspection import wording
from gate.inspection.differences import DIFFERS, MISSING, ORDER, Difference, Fact, Facts, compare
from gate.report import Finding, Place, place
from gate.static.relation import DIFFERENT, SAME, relation
from gate.static.sheet import Fact as Known
from gate.static.sheet import Sheet
from gate.static.verdict import Verdict

COUNTED = ("middleware", "start-up hook", "shutdown hook")  # one more is one more, of any name


class Differences:
    """The findings for two sheets: those that are certain, and those that are not."""

    def __init__(self, verdict: Verdict, reference: str, candidate: str) -> None:
        self.certain: list[Finding] = []
        self.unsure: list[Finding] = []
        self._constructed: list[Place] = []
        if verdict.sheets is None or verdict.constructed is None:
            return
        self._mine, self._theirs = verdict.sheets
        self._constructed = [place(Path(file), line) for file, line in verdict.constructed]
        documents = _documents(*verdict.sheets)
        ours, theirs = (Facts(side) for side in documents)
        sides = [
            wording.Side(facts, where)
            for facts, where in zip((ours, theirs), verdict.constructed, strict=True)
        ]
        words = wording.Words(reference, candidate, sides[0], sides[1])
        for one in compare(ours, theirs):
            found = self.certain if self._is_certain(one) else self.unsure
            found.append(words.finding(one))

    @property
    def places(self) -> list[Place]:
        """Where the first of them is written, or the applications."""
        first = self.all[:1]
        return list(first[0].places) if first else list(self._constructed)

    @property
    def are_of_order(self) -> bool:
        """Whether both sides have the same facts, and no more than their order can differ."""
        mine, theirs = self._mine.facts, self._theirs.facts
        return mine.keys() == theirs.keys() and all(
            relation(fact.shape, theirs[key].shape) == SAME for key, fact in mine.items()
        )

    @property
    def all(self) -> list[Finding]:
        """Every finding."""
        return [*self.certain, *self.unsure]

    def _is_certain(self, one: Difference) -> bool:
        if one.status == DIFFERS:
            # Where one of a kind may or may not be there, the numbers of the others tell nothing.
            return not self._may_be_another(one.kind) and all(
                self._relation(mine, theirs) == DIFFERENT
                for mine, theirs in zip(one.reference, one.candidate, strict=True)
            )
        if one.status == ORDER:
            facts = (*one.reference, *one.candidate)
            return all(self._is_sure(fact) for fact in facts) and not self._unsure(one)
        return self._is_alone(one)

    def _may_be_another(self, kind: str) -> bool:
        """Whether one side has a fact of a kind that is not sure, and that the other has not."""
        sides = ((self._mine.facts, self._theirs.facts), (self._theirs.facts, self._mine.facts))
        return any(
            fact.kind == kind and not fact.sure and key not in there
            for here, there in sides
            for key, fact in here.items()
        )

    def _relation(self, mine: Fact, theirs: Fact) -> str:
        return relation(self._mine.facts[mine.key].shape, self._theirs.facts[theirs.key].shape)

    def _is_sure(self, fact: Fact) -> bool:
        found = self._mine.facts.get(fact.key) or self._theirs.facts.get(fact.key)
        return found is None or found.sure

    def _unsure(self, one: Difference) -> bool:
        """Whether either side has a fact of this kind that could be anything."""
        facts = (*self._mine.facts.values(), *self._theirs.facts.values())
        return any(fact.kind == one.kind and not fact.sure for fact in facts)

    def _is_alone(self, one: Difference) -> bool:
        """Whether what one side lacks is surely not there under a name that reading missed."""
        here, there = self._mine.facts, self._theirs.facts
        if one.status != MISSING:
            here, there = there, here
        others = [f for key, f in there.items() if key not in here and f.kind == one.kind]
        facts = [here[fact.key] for fact in (*one.reference, *one.candidate) if fact.key in here]
        if not all(fact.sure for fact in facts):
            counted = one.kind in COUNTED and all(f.shape[:1] != ("guarded",) for f in facts)
            return counted and not others
        return all(fact.sure for fact in others) and not (
            one.kind not in COUNTED and self._is_there_perhaps(facts, there)
        )

    def _is_there_perhaps(self, facts: list[Known], there: dict[Any, Known]) -> bool:
        """Whether one of ``facts`` is there under a condition that both sides have."""
        named = {(fact.kind, fact.scope, fact.subject, fact.base) for fact in facts}
        perhaps = [fact for fact in there.values() if not fact.sure]
        return any((f.kind, f.scope, f.subject, f.base) in named for f in perhaps)


def _documents(mine: Sheet, theirs: Sheet) -> list[list[dict[str, Any]]]:
    """Return the facts of both as the child sends them; ``same`` is alike where shapes are."""
    alike = {
        key
        for key, fact in mine.facts.items()
        if key in theirs.facts and relation(fact.shape, theirs.facts[key].shape) == SAME
    }
    sides = []
    for mark, sheet in (("reference", mine), ("candidate", theirs)):
        side = []
        for key, fact in sheet.facts.items():
            same = repr(fact.shape) if key in alike else f"{mark} {fact.shape!r}"
            side.append(_document(fact, same if key not in alike else repr(key)))
        sides.append(side)
    return sides


def _document(fact: Any, same: str) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "subject": fact.subject,
        "name": fact.name,
        "same": same,
        "shown": fact.show(),
        "scope": fact.scope,
        "place": fact.place,
        "included": fact.included,
    }
