"""Facts about what guards a route, from whichever level it was declared at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from .facts import Facts
from .naming import shown_call
from .places import Place

# How a dependency may be declared, and what each is when nothing is said.
DECLARED: dict[str, Any] = {"scopes": [], "use_cache": True, "scope": None, "max_concurrency": None}


def add_dependencies(facts: Facts, context: Any, subject: str, place: Place) -> None:
    """Add what guards a route: declared at the application, an include, the route, a parameter."""
    for depends, dependency in _dependencies(context):
        said = _said(depends, dependency)
        facts.add(
            "dependency",
            facts.describer.name(dependency.call),
            same=f"{facts.describer.same(dependency.call)} {facts.describer.same(said)}",
            text=_text(depends, dependency, said),
            place=(facts.places.of(depends) if depends is not None else None) or place,
            subject=subject,
        )


def _dependencies(context: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each resolved dependency of a route behind what declared it, or None: a parameter."""
    resolved = getattr(getattr(context, "dependant", None), "dependencies", None) or []
    # FastAPI puts what was declared before the parameters' own, in the order of declaration.
    declared = list(getattr(context, "dependencies", None) or [])[: len(resolved)]
    yield from zip_longest(declared, resolved)


def _said(depends: Any, dependency: Any) -> dict[str, Any]:
    """Return what is declared of a dependency, where that is not the default."""
    found = {
        name: getattr(depends or dependency, name, default) for name, default in DECLARED.items()
    }
    found["scopes"] = list(found["scopes"] or _scopes(dependency))
    return {name: value for name, value in found.items() if value != DECLARED[name]}


def _scopes(dependency: Any) -> Any:
    """Return the scopes of a parameter's ``Security``, under the name that this FastAPI has."""
    names = ("own_oauth_scopes", "security_scopes")
    return next((s for name in names if (s := getattr(dependency, name, None))), [])


def _text(depends: Any, dependency: Any, said: dict[str, Any]) -> str:
    kind = type(depends).__name__ if depends else "Depends"
    return shown_call(kind, (dependency.call,), said, [])
