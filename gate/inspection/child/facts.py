"""What is known of one application: a flat list of facts, which the parent compares."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

from .describe import Describer
from .naming import qualified_name, shown, shown_call
from .places import Place, Places


class Facts:
    """Collects facts.

    A fact has a ``kind`` (middleware, route …), a ``subject`` it is about (a route, or nothing),
    a ``name`` within its kind and subject, ``same`` (equal when the things are), ``shown`` (for
    people), ``place`` (file, line) and ``scope`` (the path at which the application is mounted).
    """

    def __init__(self, describer: Describer, places: Places) -> None:
        self.describer = describer
        self.places = places
        self.scope = ""
        self.all: list[dict[str, Any]] = []
        self._seen: Counter[tuple[str, ...]] = Counter()

    def add(
        self,
        kind: str,
        name: str,
        *,
        same: str,
        text: str,
        place: Place,
        subject: str = "",
        included: Place = None,
    ) -> None:
        """Add one fact; a second of the same name gets a number.

        ``included`` is where the router that holds a route was included.
        """
        key = (self.scope, kind, subject, name)
        self._seen[key] += 1
        if self._seen[key] > 1:
            name = f"{name} #{self._seen[key]}"
        self.all.append(
            {
                "kind": kind,
                "subject": subject,
                "name": name,
                "same": same,
                "shown": text,
                "place": place,
                "included": included,
                "scope": self.scope,
            }
        )

    def add_value(
        self, kind: str, name: str, value: Any, *, place: Place = None, subject: str = ""
    ) -> None:
        """Add a named value."""
        same = self.describer.same(value, name)
        self.add(
            kind,
            name,
            same=same,
            text=shown(value, name),
            place=place or self.places.of(value),
            subject=subject,
        )

    def add_callable(
        self, kind: str, value: Any, *, text: str = "", place: Place = None, subject: str = ""
    ) -> None:
        """Add something that is known by where it is defined: a hook, a dependency."""
        self.add(
            kind,
            self.describer.name(value),
            same=self.describer.same(value),
            text=text or qualified_name(value),
            place=place or self.places.of(value),
            subject=subject,
        )

    def add_call(
        self,
        kind: str,
        cls: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        place: Place,
        subject: str = "",
    ) -> None:
        """Add a class (or factory) with the arguments that it will be called with."""
        bound = _bound(cls, args, kwargs)
        arguments = f"({', '.join(self.describer.same(a) for a in args)})" if bound is None else ""
        named = kwargs if bound is None else bound
        same = f"{self.describer.same(cls)}{arguments}{self.describer.same(named)}"
        name = getattr(cls, "__name__", type(cls).__name__)
        text = shown_call(name, args, kwargs, list(named) if bound is not None else [])
        self.add(kind, self.describer.name(cls), same=same, text=text, place=place, subject=subject)


def _bound(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """Return the arguments by name, defaults filled in, without the application itself."""
    try:
        bound = inspect.signature(cls).bind(None, *args, **kwargs)
    except (TypeError, ValueError):
        return None
    bound.apply_defaults()
    arguments = dict(bound.arguments)
    arguments.pop(next(iter(arguments)))
    return arguments
