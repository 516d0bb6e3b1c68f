"""Functions of the frameworks that others stand for by now: monkeypatches.

What watches an application from outside, an agent of a tracing service say, replaces them when it
is started. Where one entry point alone starts it, nothing of the application itself tells.
"""

from __future__ import annotations

import sys
import types
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .describe import ENTRY
from .facts import Facts

FRAMEWORKS = ("fastapi", "starlette")
# What the frameworks take from others, or have written for them: a dataclass's methods.
LIBRARIES = ("anyio", "pydantic", "pydantic_core", "typing_extensions")
OURS = str(__package__).partition(".")[0]  # what remembers where things were constructed
KNOWN = frozenset({OURS, *FRAMEWORKS, *LIBRARIES, *sys.stdlib_module_names})
WRAPPED = "FunctionWrapper"  # in the names of the types of wrapt, which most agents use
NAMED_TUPLE = "namedtuple_"  # how the home of what namedtuple() writes begins
SHOWN = 3  # names; an agent replaces dozens

Path = tuple[str, ...]  # (name,) of a function or class; (class, name) of a method


def add_replacements(facts: Facts) -> None:
    """Add a fact for each package that replaces functions, methods or classes of the frameworks."""
    by_home: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in _all_replaced():
        home = ENTRY if facts.describer.of_entry(value) else _home(value)
        by_home[home][name] = value
    for home, values in by_home.items():
        first = next(iter(values.values()))
        facts.add(
            "replacement",
            home,
            same=", ".join(f"{name}: {_same(facts, value)}" for name, value in values.items()),
            text=f"{_some(list(values))} by {_home(first)}",
            place=facts.places.of_definition(first),
        )


def _same(facts: Facts, value: Any) -> str:
    """Return what tells a replacement: an agent's keeps what changes from run to run."""
    of_entry = facts.describer.of_entry(value)
    return facts.describer.same(value) if of_entry else facts.describer.name(value)


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _all_replaced() -> Iterator[tuple[str, Any]]:
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] in FRAMEWORKS and isinstance(module, types.ModuleType):
            for path, value in _replaced(module):
                yield ".".join((name, *path)), value


def _replaced(module: types.ModuleType) -> Iterator[tuple[Path, Any]]:
    """Yield what comes from elsewhere, in a class or under a name that the module defines.

    What a module imports is no replacement; a class that gets a method hides an inherited one.
    """
    foreign = [(path, value) for path, value in _values(module) if _home(value) not in KNOWN]
    names = _defined(module) if any(len(path) == 1 for path, _ in foreign) else set()
    yield from ((path, value) for path, value in foreign if len(path) > 1 or path[0] in names)


def _values(module: types.ModuleType) -> Iterator[tuple[Path, Any]]:
    for name, value in list(vars(module).items()):
        yield (name,), value
        if isinstance(value, type) and value.__module__ == module.__name__:
            parts = list(vars(value).items())
            yield from (((name, attribute), part) for attribute, part in parts)


def _home(value: Any) -> str:
    """Return the package that a function or class comes from; for others, that of their type."""
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    if WRAPPED in type(value).__name__:
        value = getattr(value, "_self_wrapper", value)
    if type(value) is types.FunctionType:  # isinstance() believes what a wrapper says of itself
        name = value.__globals__.get("__name__")
    else:
        name = (value if isinstance(value, type) else type(value)).__module__
    home = str(name).partition(".")[0]
    return "collections" if home.startswith(NAMED_TUPLE) else home


def _defined(module: types.ModuleType) -> set[str]:
    """Return the names of the functions and classes of a module: none where nobody can tell."""
    with suppress(Exception):  # other people's loaders may raise anything
        code = module.__spec__.loader.get_code(module.__name__)  # type: ignore[union-attr]
        return {part.co_name for part in code.co_consts if isinstance(part, types.CodeType)}
    return set()
