"""Does each probe still ask for a route that the application has?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from gate.audit.files import File, Unusable
from gate.audit.python.routes import COMPUTED, Route
from gate.audit.repository import Repository
from gate.audit.statements import Matter, Statement

STALE = "audit.probe.stale"
FIX = "correct the probe, or the route"
FILLED = re.compile(r"\$\{[^}]*\}")
MOST_PARTS = 4


def judge(repository: Repository) -> Iterator[Matter | str]:
    """Yield the probes that no declared route would answer."""
    wanted = repository.config.probes.absolute()
    file = next((one for one in repository.files if one.path.absolute() == wanted), None)
    if file is None:
        return
    probes = repository.allowed([one for one, _, _ in _probes(file)], STALE)
    for statement, method, path in _probes(file):
        if statement in probes:
            yield from _judged(repository, statement, method, path)


def _probes(file: File) -> Iterator[tuple[Statement, str, str]]:
    try:
        rows = tomllib.loads(file.text).get("probe", [])
    except (tomllib.TOMLDecodeError, Unusable, RecursionError):
        return  # `gate smoke` says what is wrong with it
    for row in rows if isinstance(rows, list) else ():
        name = row.get("name") if isinstance(row, dict) else None
        for request in _requests(row):
            path = request.get("path")
            if isinstance(name, str) and isinstance(path, str):
                line = file.line_of(f'"{path}"') or file.line_of(path)
                bare = FILLED.sub("x", path).partition("?")[0]
                yield Statement(file, line, name), str(request.get("method", "GET")).upper(), bare


def _requests(row: Any) -> Iterator[Mapping[str, Any]]:
    """A probe's request, and those that a right answer leads to."""
    while isinstance(row, dict):
        yield row
        row = row.get("then")


def _judged(
    repository: Repository, probe: Statement, method: str, path: str
) -> Iterator[Matter | str]:
    what = f"probe {probe.name!r} asks {method} {path}"
    every = repository.routes.routes
    if not every:
        yield f"undecided: {what}: no route is written out here"
        return
    routes = [one for one in every if not one.methods or method in one.methods]
    if any(one.answers(path) for one in routes):
        return
    unsure = [one for one in routes if one.prefixes is None and one.name != COMPUTED]
    above = [prefix for one in unsure for prefix in one.above(path)]
    if any(_is_composed(prefix, repository.routes.texts) for prefix in above):
        return
    if doubt := _doubt(repository, routes, above):
        yield f"undecided: {what}: {doubt}"
        return
    yield Matter(STALE, f"{what}, and no route answers it", (probe.place,), FIX)


def _is_composed(prefix: str, known: frozenset[str], parts: int = MOST_PARTS) -> bool:
    """Whether a prefix is put together from texts that stand in the code."""
    if not prefix:
        return True
    return parts > 0 and any(
        _is_composed(prefix[len(one) :], known, parts - 1)
        for one in known
        if one and prefix.startswith(one)
    )


def _doubt(repository: Repository, routes: list[Route], above: list[str]) -> str:
    """Why it cannot be decided, or ""."""
    computed = next((one for one in routes if one.name == COMPUTED), None)
    if computed is not None:
        return f"{computed.place} computes its path"
    if above and repository.routes.computed:
        return f"{repository.routes.computed[0].place} computes a prefix"
    return ""
