"""Lock files, and npm's manifest: poetry.lock, uv.lock, pdm.lock, Pipfile.lock, package-lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.audit.files import File
from gate.audit.readers.requirements import normalised
from gate.audit.readers.scripts import parsed_json, parsed_toml
from gate.audit.statements import NODE, PYTHON, Requirement

NODE_GROUPS = ("dependencies", "devDependencies", "optionalDependencies")
EXACT = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
PARTIAL = re.compile(r"\d+(\.\d+)?")  # to npm 1.2 is 1.2.x
NAME_LINE = re.compile(r'name = "([^"]+)"$')
KEY_LINE = re.compile(r'\s*"([^"]+)": \{')


def applies(file: File) -> bool:
    """Whether it is one of them, by its name."""
    return file.base in READERS


def read(file: File) -> Iterator[Requirement]:
    """Yield what it holds; raises Unusable."""
    return READERS[file.base](file)


def _toml(file: File) -> Iterator[Requirement]:
    packages = parsed_toml(file).get("package")
    lines = _lines(file, NAME_LINE)
    for package in packages if isinstance(packages, list) else ():
        details = package if isinstance(package, dict) else {}
        name, version = details.get("name"), details.get("version")
        if isinstance(name, str) and isinstance(version, str):
            line = next(lines.get(name, iter(())), None)
            yield _locked(file, line, normalised(name), version, PYTHON)


def _lines(file: File, pattern: re.Pattern[str]) -> dict[str, Iterator[int]]:
    """The lines that match, by what the pattern takes out of them."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(file.lines, 1):
        if match := pattern.match(line):
            found.setdefault(match[1], []).append(number)
    return {name: iter(numbers) for name, numbers in found.items()}


def _pipfile(file: File) -> Iterator[Requirement]:
    document, lines = parsed_json(file), _lines(file, KEY_LINE)
    for group in ("default", "develop"):
        for name, details in _members(document, group):
            version = details.get("version") if isinstance(details, dict) else None
            if isinstance(version, str):
                line = next(lines.get(name, iter(())), None)
                yield _locked(file, line, normalised(name), version.lstrip("="), PYTHON)


def _package_lock(file: File) -> Iterator[Requirement]:
    lines = _lines(file, KEY_LINE)
    for path, details in _members(parsed_json(file), "packages"):
        name = path.removeprefix("node_modules/")
        version = details.get("version") if isinstance(details, dict) else None
        # What lies deeper is a dependency's own.
        if path != name and "node_modules/" not in name and isinstance(version, str):
            line = next(lines.get(path, iter(())), None)
            yield _locked(file, line, name, version, NODE)


def _package(file: File) -> Iterator[Requirement]:
    document = parsed_json(file)
    for group in NODE_GROUPS:
        for name, wanted in _members(document, group):
            if isinstance(wanted, str):
                pinned = wanted if EXACT.fullmatch(wanted) else ""
                range_ = f"{wanted}.x" if PARTIAL.fullmatch(wanted) else wanted
                yield Requirement(file, file.line_of(f'"{name}"'), name, range_, pinned, NODE)


def _members(value: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    below = value.get(name)
    return list(below.items()) if isinstance(below, dict) else []


def _locked(file: File, line: int | None, name: str, version: str, ecosystem: str) -> Requirement:
    return Requirement(file, line, name, f"=={version}", version, ecosystem, locked=True)


READERS: dict[str, Callable[[File], Iterator[Requirement]]] = {
    "poetry.lock": _toml,
    "uv.lock": _toml,
    "pdm.lock": _toml,
    "Pipfile.lock": _pipfile,
    "package-lock.json": _package_lock,
    "package.json": _package,
}
