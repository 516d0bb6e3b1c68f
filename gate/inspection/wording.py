"""Differences as findings: what, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate.inspection.facts import (
    DIFFERS,
    EXTRA,
    MANY,
    MISSING,
    ORDER,
    Difference,
    Fact,
    Facts,
)
from gate.report import Finding, Place, place, some

# Kind of fact → what it is called. {shown}: as built, {name}: its name, {routes}: its routes.
THINGS = {
    "wrapper": "{shown} around the application",
    "middleware": "{shown}",
    "exception handler": "the exception handler {shown} of {name}",
    "dependency override": "the dependency override {shown} of {name}",
    "setting": "the application's {name}",
    "lifespan": "the lifespan {shown}",
    "start-up hook": "the start-up hook {shown}",
    "shutdown hook": "the shutdown hook {shown}",
    "state": "the application's state.{name} = {shown}",
    "replacement": "the replacement of {shown}",
    "route": "{routes}",
    "documentation": "the documentation {name}",
    "endpoint": "the endpoint of {routes}",
    "route class": "the route class of {routes}",
    "option": "{name} of {routes}",
    "layer": "{shown} around {routes}",
    "dependency": "{shown} of {routes}",
}
# What differs is named without its value: both values follow.
THINGS_THAT_DIFFER = {
    "wrapper": "{short} around the application",
    "middleware": "{short}",
    "exception handler": "the exception handler of {name}",
    "dependency override": "the dependency override of {name}",
    "lifespan": "the lifespan",
    "state": "the application's state.{name}",
    "replacement": "what is replaced in the frameworks",
    "layer": "{short} around {routes}",
    "dependency": "the dependency {short} of {routes}",
}
SEQUENCES = {
    "wrapper": "the layers around the application",
    "middleware": "middleware",
    "layer": "middleware of {routes}",
    "start-up hook": "start-up hooks",
    "shutdown hook": "shutdown hooks",
    "dependency": "dependencies of {routes}",
}


PAIR = 2


@dataclass(frozen=True)
class Side:
    """One of the two applications: its facts, and where it is constructed (file, line)."""

    facts: Facts
    constructed: Sequence[Any] | None

    @property
    def place(self) -> Place | None:
        """Where the application is constructed."""
        return place(Path(self.constructed[0]), self.constructed[1]) if self.constructed else None


@dataclass(frozen=True)
class Words:
    """Words for the differences of two entry points, named as ``module:attribute``.

    ``fix`` is what every finding advises where that does not follow from the difference.
    """

    reference: str
    candidate: str
    ours: Side
    theirs: Side
    fix: str = ""

    def finding(self, difference: Difference) -> Finding:
        """Return the finding for one difference."""
        return Finding(
            rule=f"parity.{difference.kind.replace(' ', '-')}.{difference.status}",
            message=self._message(difference) + _within(difference.scope),
            places=_unique(self._places(difference)),
            fix=self.fix or self._fix(difference),
            detail=_all_of(difference),
        )

    def _message(self, one: Difference) -> str:
        if one.status == MISSING:
            thing = _thing(one, one.reference[0])
            return f"{thing} {_is(one)} in {self.reference} and not in {self.candidate}"
        if one.status == EXTRA:
            thing = _thing(one, one.candidate[0])
            return f"{thing} {_is(one)} in {self.candidate} and not in {self.reference}"
        if one.status == DIFFERS:
            return self._differing(one)
        if one.kind == "route":
            return self._routes_in_another_order(one)
        sequence = SEQUENCES[one.kind].format(routes=_routes(one.subjects))
        mine, theirs = (_chain(facts) for facts in (one.reference, one.candidate))
        return f"{sequence}: {mine} in {self.reference}, and {theirs} in {self.candidate}"

    def _differing(self, one: Difference) -> str:
        mine, theirs = one.reference[0].shown, one.candidate[0].shown
        thing = _thing(one, one.reference[0], THINGS_THAT_DIFFER)
        both = f"{mine} in {self.reference}, {theirs} in {self.candidate}"
        if mine == theirs:
            return f"{thing} differs in code or values, and not in name: {mine}"
        if _inside(mine, self.reference) == _inside(theirs, self.candidate):
            return f"{thing} differs in code or values: {both}"
        return f"{thing} differs: {both}"

    def _routes_in_another_order(self, one: Difference) -> str:
        others = _routes([fact.name for fact in one.reference if fact.name != one.name])
        them = "it" if len(one.reference) == PAIR else "them"
        first = one.reference[0].name == one.name
        here, there = ("before", "after") if first else ("after", "before")
        return (
            f"{one.name} comes {here} {others} in {self.reference} and {there} {them} "
            f"in {self.candidate}: another one answers"
        )

    def _places(self, one: Difference) -> Iterable[Place | None]:
        for facts, other, side in (
            (one.reference, one.candidate, self.ours),
            (one.candidate, one.reference, self.theirs),
        ):
            if facts:
                yield from (fact.place for fact in facts[:MANY])
            else:
                yield _where_it_should_be(other[0], side)

    def _fix(self, one: Difference) -> str:
        if one.status == ORDER:
            return "bring them into one order, or build both from one function"
        if one.status == DIFFERS:
            return "say the same in both, or build both from one function"
        there = (self.candidate, self.theirs), (self.reference, self.ours)
        file = _file(*there[one.status != MISSING])
        lazily = ""
        if one.kind == "route" and one.status == MISSING:
            lazily = "; if it is loaded on demand, say --prepare module:function"
        return f"add it in {file}, or build both from one function{lazily}"


def _where_it_should_be(fact: Fact, side: Side) -> Place | None:
    """Where a thing that is missing would have been written: its route, or the application."""
    route = side.facts.route(fact.scope, fact.subject) if fact.subject else None
    if route is not None and fact.kind == "dependency":
        return route.included or route.place or side.place
    return (route.place if route is not None else None) or side.place


def thing(one: Difference) -> str:
    """Return what differs by its name, without its value."""
    if one.status == ORDER:
        sequence = SEQUENCES.get(one.kind, "routes")
        return f"the order of {sequence.format(routes=_routes(one.subjects))}"
    return _thing(one, one.facts[0], THINGS_THAT_DIFFER)


def _thing(one: Difference, fact: Fact, table: dict[str, str] | None = None) -> str:
    template = (table or {}).get(one.kind, THINGS[one.kind])
    name = one.name.removeprefix("builtins.")
    routes = _routes(one.subjects)
    return template.format(
        shown=fact.shown, name=name, short=name.rsplit(".", 1)[-1], routes=routes
    )


def _is(one: Difference) -> str:
    return "are" if one.kind == "route" and len(one.subjects) > 1 else "is"


def _all_of(one: Difference) -> str:
    """Name every route with its place where the message names only some."""
    if len(one.subjects) <= MANY:
        return ""
    facts = one.reference or one.candidate
    return "\n".join(f"{fact.subject or fact.name}  {fact.place or ''}".rstrip() for fact in facts)


def _routes(subjects: Sequence[str]) -> str:
    return some(subjects, MANY)  # the detail names all of them


def _file(entry: str, side: Side) -> str:
    """Return the file of an entry point's module, from the source root."""
    module = entry.partition(":")[0].replace(".", "/")
    package = f"{module}/__init__.py"
    built_in = side.place.path if side.place else ""
    return package if built_in.endswith(package) else f"{module}.py"


def _inside(shown: str, entry: str) -> str:
    """Return what is shown as if the entry point's own module had no name."""
    return shown.replace(f"{entry.partition(':')[0]}.", "")


def _chain(facts: Sequence[Fact]) -> str:
    return " → ".join(fact.shown for fact in facts)


def _within(scope: str) -> str:
    return f" (in what is mounted at {scope})" if scope else ""


def _unique(places: Iterable[Place | None]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place for place in places if place is not None))
