"""Compares the facts of two applications. Pure: no child, no wording."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from gate.inspection.overlap import overlap
from gate.report import Place, place

# Kinds of facts whose order is part of what was built.
ORDERED = ("wrapper", "middleware", "start-up hook", "shutdown hook", "dependency")
# So many routes that only one side has are one finding: a router that is not included.
MANY = 5
MISSING, EXTRA, DIFFERS, ORDER = "missing", "extra", "differs", "order"

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Fact:
    """One thing that is known of an application; see ``gate.inspection.child.facts``."""

    kind: str
    subject: str
    name: str
    same: str
    shown: str
    scope: str
    place: Place | None
    included: Place | None

    @property
    def key(self) -> Key:
        """What makes two facts of two applications facts about the same thing."""
        return (self.scope, self.kind, self.subject, self.name)


@dataclass(frozen=True)
class Difference:
    """How two applications differ in one thing, which may hold for many ``subjects`` (routes).

    ``reference`` and ``candidate`` are the facts on either side: one of them for ``missing`` and
    ``extra``, two for ``differs``, the whole sequence for ``order``.
    """

    status: str
    kind: str
    scope: str
    name: str
    reference: tuple[Fact, ...] = ()
    candidate: tuple[Fact, ...] = ()
    subjects: tuple[str, ...] = ()


class Facts:
    """The facts of one application, by key, in their order."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self.by_key = {fact.key: fact for fact in map(_fact, documents)}
        self.scopes = {fact.scope for fact in self.by_key.values()}

    def route(self, scope: str, subject: str) -> Fact | None:
        """Return the fact that a route is there."""
        return self.by_key.get((scope, "route", "", subject))

    def concern(self, fact: Fact) -> bool:
        """Whether this application has what the other's ``fact`` is about: its mount, its route."""
        if fact.scope not in self.scopes:
            return False
        return not fact.subject or self.route(fact.scope, fact.subject) is not None

    def sequences(self) -> dict[tuple[str, str, str], list[Fact]]:
        """Return the facts whose order counts, by scope, kind and subject."""
        sequences: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
        for fact in self.by_key.values():
            if fact.kind in ORDERED:
                sequences[(fact.scope, fact.kind, fact.subject)].append(fact)
        return sequences


def compare(reference: Facts, candidate: Facts) -> list[Difference]:
    """Return every difference; those of many routes that are alike are one."""
    single = [*_one_sided(MISSING, reference, candidate), *_one_sided(EXTRA, candidate, reference)]
    single += _differing(reference, candidate)
    return [*_grouped(single), *_order(reference, candidate), *_route_order(reference, candidate)]


def differing_keys(one: Facts, other: Facts) -> set[Key]:
    """Return the keys of the facts that both have, with different values."""
    return {fact.reference[0].key for fact in _differing(one, other)}


def _fact(document: Mapping[str, Any]) -> Fact:
    places = {name: _place(document[name]) for name in ("place", "included")}
    return Fact(**{**document, **places})


def _place(found: Sequence[Any] | None) -> Place | None:
    return place(Path(found[0]), found[1]) if found else None


def _one_sided(status: str, here: Facts, there: Facts) -> Iterator[Difference]:
    for key, fact in here.by_key.items():
        if key not in there.by_key and there.concern(fact):
            yield _difference(status, fact, None if status == MISSING else fact)


def _differing(reference: Facts, candidate: Facts) -> Iterator[Difference]:
    for key, fact in reference.by_key.items():
        other = candidate.by_key.get(key)
        if other is not None and other.same != fact.same:
            yield _difference(DIFFERS, fact, other)


def _difference(status: str, fact: Fact, other: Fact | None) -> Difference:
    reference = () if status == EXTRA else (fact,)
    candidate = (other,) if other is not None else ()
    subjects = (fact.subject,) if fact.subject else ()
    return Difference(status, fact.kind, fact.scope, fact.name, reference, candidate, subjects)


def _grouped(differences: Sequence[Difference]) -> list[Difference]:
    routes = Counter((one.status, one.scope) for one in differences if one.kind == "route")
    groups: dict[Any, list[Difference]] = defaultdict(list)
    for one in differences:
        alike = tuple(fact.same for fact in (*one.reference, *one.candidate))
        together = bool(one.subjects)
        if one.kind == "route":
            together = routes[(one.status, one.scope)] > MANY
        name = "" if one.kind == "route" else one.name
        groups[(one.status, one.kind, one.scope, name, alike) if together else id(one)].append(one)
    return [_merged(group) for group in groups.values()]


def _merged(group: Sequence[Difference]) -> Difference:
    """Return one difference for a group that is alike."""
    first = group[0]
    reference = tuple(fact for one in group for fact in one.reference)
    candidate = tuple(fact for one in group for fact in one.candidate)
    subjects = tuple(subject for one in group for subject in one.subjects or (one.name,))
    return replace(first, reference=reference, candidate=candidate, subjects=subjects)


def _order(reference: Facts, candidate: Facts) -> Iterator[Difference]:
    others = candidate.sequences()
    for key, facts in reference.sequences().items():
        scope, kind, subject = key
        theirs = [fact for fact in others.get(key, []) if fact.key in reference.by_key]
        ours = [fact for fact in facts if fact.key in candidate.by_key]
        if [fact.key for fact in ours] != [fact.key for fact in theirs]:
            subjects = (subject,) if subject else ()
            yield Difference(ORDER, kind, scope, "", tuple(ours), tuple(theirs), subjects)


def _route_order(reference: Facts, candidate: Facts) -> Iterator[Difference]:
    """Order of routes counts only where a request could be answered by both of them."""
    position = {key: at for at, key in enumerate(candidate.by_key)}
    routes = [f for f in reference.by_key.values() if f.kind == "route" and f.key in position]
    order = [position[fact.key] for fact in routes]
    if order == sorted(order):
        return
    for first, second in combinations(routes, 2):
        inverted = position[first.key] > position[second.key]
        if inverted and first.scope == second.scope and overlap(first.name, second.name):
            pair = (candidate.by_key[second.key], candidate.by_key[first.key])
            yield Difference(ORDER, "route", first.scope, "", (first, second), pair)
