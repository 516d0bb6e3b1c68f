"""Puts differences together that have one cause, so that one drift is one finding."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gate.inspection.facts import MANY, ORDER, Difference, Facts
from gate.report import Place


def grouped(
    differences: Sequence[Difference], reference: Facts, candidate: Facts
) -> list[Difference]:
    """Return the differences, those with one cause as one; see :class:`_Causes`."""
    causes = _Causes(differences, reference, candidate)
    groups: dict[Any, list[Difference]] = defaultdict(list)
    for one in differences:
        groups[causes.key(one)].append(one)
    return [_merged(group) for group in groups.values()]


class _Causes:
    """What differences of routes are put together by: one line that made all of them."""

    def __init__(
        self, differences: Sequence[Difference], reference: Facts, candidate: Facts
    ) -> None:
        self._sides = (reference, candidate)
        self._many = Counter((one.status, one.scope) for one in differences if one.kind == "route")
        facts = (fact for side in self._sides for fact in side.by_key.values())
        routes = [fact for fact in facts if fact.kind == "route"]
        self._all = Counter(place for place, _ in {(fact.included, fact.key) for fact in routes})
        self._defined: dict[Any, set[Place | None]] = defaultdict(set)
        for fact in routes:
            self._defined[fact.included].add(fact.place)
        self._here: dict[Any, list[Any]] = defaultdict(list)
        for one in differences:
            self._here[(*self._what(one), self._include(one))].append(_values(one))
            if one.kind == "route":
                places = {fact.place for fact in one.facts}
                self._defined[(*self._what(one), self._include(one))] |= places

    def key(self, one: Difference) -> Any:
        """Return what is equal for differences that are one."""
        what = self._what(one)
        if one.kind == "route":
            if self._many[(one.status, one.scope)] > MANY:
                return what
            return (*what, self._include(one)) if self._of_whole_include(one) else id(one)
        if not one.subjects:
            return id(one)
        alike = len(set(self._here[(*what, self._include(one))])) == 1
        whole = not alike and self._of_whole_include(one)
        return (*what, self._include(one) if whole else _values(one))

    def _of_whole_include(self, one: Difference) -> bool:
        """Whether all the routes that one line includes have a difference like this one.

        A router that is included twice, or made in a loop, has each of its routes more than once:
        the whole of it is gone where each is, in one of its places.
        """
        include = self._include(one)
        key = (*self._what(one), include)
        whole = one.kind == "route" and self._defined[key] == self._defined[include]
        return include is not None and (whole or len(self._here[key]) >= self._all[include])

    def _what(self, one: Difference) -> tuple[str, str, str, str]:
        return (one.status, one.kind, one.scope, "" if one.kind == "route" else one.name)

    def _include(self, one: Difference) -> Place | None:
        subject = one.name if one.kind == "route" else next(iter(one.subjects), "")
        side = self._sides[0] if one.reference else self._sides[1]
        route = side.route(one.scope, subject)
        return route.included if route is not None else None


def _values(one: Difference) -> tuple[str, ...]:
    return tuple(fact.same for fact in one.facts)


def _merged(group: Sequence[Difference]) -> Difference:
    """Return one difference for a group that is alike."""
    first = group[0]
    subjects = tuple(subject for one in group for subject in one.subjects or (one.name,))
    if first.status == ORDER:  # its facts are a whole sequence, the same in all
        return replace(first, subjects=first.subjects and subjects)
    reference = tuple(fact for one in group for fact in one.reference)
    candidate = tuple(fact for one in group for fact in one.candidate)
    return replace(first, reference=reference, candidate=candidate, subjects=subjects)
