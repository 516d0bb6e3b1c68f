"""Which words stand where: a variable that a file names is not accused of being unknown there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.audit.files import CODE, LOCKS, File, Unusable
from gate.audit.python.literals import text
from gate.audit.python.modules import Module
from gate.audit.repository import Repository
from gate.audit.statements import Setting

WORD = re.compile(r"[A-Za-z_]\w*")
INTERPOLATED = re.compile(r"\$\{?([A-Za-z_]\w*)")
COMMENT = re.compile(r"(^|\s)(#|//).*")
PROSE = frozenset({".md", ".rst", ".txt", ".html", ".svg", ".lock", ".po", ".css", ".csv", ".sql"})
PROGRAMS = frozenset(
    {".py", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".go", ".rb", ".java", ".php", ".sh"}
)


@dataclass(frozen=True)
class Words:
    """What is named: exactly, and in small letters; and whether any variable is set."""

    exact: frozenset[str]
    folded: frozenset[str]
    sets_something: bool


def of_settings(repository: Repository) -> Words:
    """The words of everything that can set a variable: stages, templates, scripts, our tools."""
    settings = {one.name for one in repository.statements if isinstance(one, Setting)}
    files = [one for one in repository.files if one.part == CODE and one.base not in LOCKS]
    others = [one for one in files if one.suffix not in PROSE | {".py"}]
    exact = {word for file in others for word in _words(file)}
    exact |= settings | set(repository.environment.written()) | _of_tools(repository)
    sets = bool(settings) or any(one.base.startswith(".env") for one in others)
    return Words(frozenset(exact), frozenset(word.lower() for word in exact), sets)


def _of_tools(repository: Repository) -> set[str]:
    """What Python names that is not the backend's, less what it reads itself."""
    outside = [
        module
        for file in repository.modules.files
        if file.part == CODE and file not in repository.backend
        if (module := repository.modules.module(file))
    ]
    named = {word for module in outside for word in _constants(module)}
    readings = repository.environment.readings
    return named - {one.name for one in readings if one.file not in repository.backend}


def of_code(repository: Repository, settings: Mapping[str, Sequence[Setting]]) -> frozenset[str]:
    """The words of programs, and what other files fill in (`${NAME}`), in small letters.

    The places that set a variable do not read it.
    """
    setters = {(one.file, one.line) for ones in settings.values() for one in ones}
    words: set[str] = set()
    for file in repository.files:
        if file.suffix in PROSE or file.base in LOCKS:
            continue
        pattern = WORD if file.suffix in PROGRAMS else INTERPOLATED
        for number, line in enumerate(_lines(file), 1):
            if (file, number) not in setters:
                words |= set(pattern.findall(line))
    return frozenset(word.lower() for word in words)


def _words(file: File) -> Iterator[str]:
    for line in _lines(file):
        yield from WORD.findall(COMMENT.sub("", line))


def _lines(file: File) -> list[str]:
    try:
        return file.lines
    except Unusable:
        return []


def _constants(module: Module) -> Iterator[str]:
    for node in module.of(ast.Constant):
        if not isinstance(module.parents.get(node), ast.Expr):  # a docstring
            yield from WORD.findall(text(node))
    yield from (keyword.arg for keyword in module.of(ast.keyword) if keyword.arg)
