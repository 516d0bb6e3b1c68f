"""Model modules that only unused imports bring in: a linter's clean-up would take them away.

Reading finds the candidates; whether anything goes with them is tried, in a child that imports
the entry point without them. An import whose loss would be loud, or harmless, is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate.inspection import source
from gate.inspection.models.lint_settings import leaves_alone
from gate.inspection.models.modules import Modules
from gate.inspection.models.unused import Unused, unused

Names = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Candidate:
    """An unused import of ``file`` and the modules that it imports."""

    file: Path
    unused: Unused
    modules: frozenset[str]


def candidates(tree: Modules, answer: Mapping[str, Any]) -> list[Candidate]:
    """Return the unused imports that lead to mapped classes, in what was imported."""
    wanted = _carriers(tree, answer)
    lasts = {name.rpartition(".")[2].encode() for name in wanted}
    found = []
    for file in sorted({Path(file) for file in answer["imported"].values()}):
        data = file.read_bytes()
        if any(last in data for last in lasts) and not leaves_alone(file):
            found += [one for one in _unused(tree, file) if one.modules & wanted]
    return found


def _carriers(tree: Modules, answer: Mapping[str, Any]) -> set[str]:
    """Return the modules that map something, and those through which they were imported."""
    by_file = {file: name for name, file in answer["imported"].items()}
    waiting = [_module(tree, *row) for row in answer["mapped"]]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in answer["importers"] and name not in found:
            found.add(name)
            waiting += [by_file.get((answer["importers"][name] or [""])[0], "")]
    return found


def _module(tree: Modules, module: str, name: str) -> str:
    """Return the module that maps something; a table without a class does not say its own."""
    where = None if module else tree.table(name)
    return where.module if where else module


def _unused(tree: Modules, file: Path) -> Iterator[Candidate]:
    try:
        for one in unused(file.read_text(encoding="utf-8")):
            yield Candidate(file, one, frozenset(_modules(tree, file, one)))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return  # Python imported it: it is written in another encoding, and nothing is said


def _modules(tree: Modules, file: Path, one: Unused) -> set[str]:
    """Return every module that an import runs: the one that it names, and its packages."""
    name = one.module.lstrip(".")
    level = len(one.module) - len(name)
    origin = source.absolute_name(file, tree.root, name, level)
    parts = (f"{origin}.{one.name}" if one.name else origin).split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts) + 1)}


def left_out(these: Iterable[Candidate]) -> dict[str, list[list[Any]]]:
    """Return the request to leave imports out."""
    found: dict[str, list[list[Any]]] = {}
    for one in these:
        found.setdefault(str(one.file), []).append([one.unused.line, one.unused.alias])
    return found


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> Names:
    """Return what was mapped before and is not after: module and name."""
    return frozenset(map(tuple, before["mapped"])) - frozenset(map(tuple, after["mapped"]))


def blamed(
    tree: Modules, answer: Mapping[str, Any], these: list[Candidate], names: Names
) -> dict[Candidate, Names]:
    """Return which of the candidates brought in which of the names."""
    found: dict[Candidate, Names] = {}
    for row in sorted(names):
        candidate = _through(answer, these, _module(tree, *row))
        if candidate is not None:
            found[candidate] = found.get(candidate, frozenset()) | {row}
    return found


def _through(answer: Mapping[str, Any], these: list[Candidate], module: str) -> Candidate | None:
    """Return the candidate by which a module was imported, directly or through others."""
    by_file = {file: name for name, file in answer["imported"].items()}
    seen: set[str] = set()
    while module in answer["importers"] and module not in seen:
        seen.add(module)
        file, line = answer["importers"][module] or ("", 0)
        for one in these:
            at = one.unused.line <= line <= one.unused.end
            if str(one.file) == file and at and module in one.modules:
                return one
        module = by_file.get(file, "")
    return next((one for one in these if one.modules & seen), None)
