"""What is known of an application, and how two of them differ: pure data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gate.report import Place, shown

# Kinds of facts whose order is part of what was built.
ORDERED = ("wrapper", "middleware", "layer", "start-up hook", "shutdown hook", "dependency")
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

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts of both sides."""
        return (*self.reference, *self.candidate)


class Facts:
    """The facts of one application, by key, in their order."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        named = cache(lambda file: shown(Path(file)))  # thousands of places, in a few files
        facts = (_fact(document, named) for document in documents)
        self.by_key = {fact.key: fact for fact in facts}
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


def _fact(document: Mapping[str, Any], named: Callable[[str], str]) -> Fact:
    places = {name: _place(document[name], named) for name in ("place", "included")}
    return Fact(**{**document, **places})


def _place(found: Sequence[Any] | None, named: Callable[[str], str]) -> Place | None:
    return Place(named(found[0]), found[1]) if found else None
