"""Compares the facts of two applications. Pure: no child, no wording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gate.inspection.facts import DIFFERS, EXTRA, MISSING, ORDER, Difference, Fact, Facts
from gate.inspection.grouping import grouped
from gate.inspection.route_order import moved

# The routes that FastAPI adds by itself follow from these settings.
DOCUMENTATION = "documentation"
# An application, or a route, of another class has other attributes.
CLASS = "class"
OF_CLASS = {"setting": "setting", "route class": "option"}
DOCUMENTATION_SETTINGS = ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url")


def compare(reference: Facts, candidate: Facts) -> list[Difference]:
    """Return every difference; those of many routes that are alike are one."""
    single = [*_one_sided(MISSING, reference, candidate), *_one_sided(EXTRA, candidate, reference)]
    single += _differing(reference, candidate)
    single = [*_without_what_follows(single), *_order(reference, candidate)]
    return [*grouped(single, reference, candidate), *_route_order(reference, candidate)]


def _without_what_follows(differences: list[Difference]) -> list[Difference]:
    """Leave out what only follows from a difference that is there itself."""
    settings = {one.scope for one in differences if one.name in DOCUMENTATION_SETTINGS}
    classes = {
        (OF_CLASS[one.kind], one.scope, one.subjects)
        for one in differences
        if one.name == CLASS and one.status == DIFFERS
    }
    return [
        one
        for one in differences
        if not (one.kind == DOCUMENTATION and one.scope in settings)
        and not (one.status != DIFFERS and (one.kind, one.scope, one.subjects) in classes)
    ]


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
    scopes: dict[str, list[Fact]] = defaultdict(list)
    for fact in reference.by_key.values():
        if fact.kind == "route" and fact.key in position:
            scopes[fact.scope].append(fact)
    for scope, routes in scopes.items():
        places = [position[fact.key] for fact in routes]
        for at, others in moved([fact.name for fact in routes], places):
            facts = tuple(routes[index] for index in sorted((at, *others)))
            theirs = sorted(facts, key=lambda fact: position[fact.key])
            pair = tuple(candidate.by_key[fact.key] for fact in theirs)
            yield Difference(ORDER, "route", scope, routes[at].name, facts, pair)


__all__ = [
    "DIFFERS",
    "EXTRA",
    "MISSING",
    "ORDER",
    "Difference",
    "Fact",
    "Facts",
    "compare",
]
