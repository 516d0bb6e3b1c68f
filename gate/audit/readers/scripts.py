"""Files of command lines: Makefiles, shell scripts, Procfiles, units, workflows, tasks."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from gate.audit.files import File, Unusable
from gate.audit.statements import LAMBDA, SERVER, Command, Statement
from gate.audit.syntax.command_line import starts

SOURCES = (
    ("Makefile", re.compile(r"(gnu)?makefile|.*\.mk|justfile", re.IGNORECASE)),
    ("shell script", re.compile(r".*\.(sh|bash|zsh|cmd|bat|ps1)", re.IGNORECASE)),
    ("Procfile", re.compile(r"procfile([.-].+)?", re.IGNORECASE)),
    ("unit", re.compile(r".*\.service|supervisord?.*\.(conf|ini)", re.IGNORECASE)),
    ("tox.ini", re.compile(r"tox\.ini")),
)
KEY = re.compile(r"^\s*(command\s*=|ExecStart\s*=|[\w.-]+:(?=\s))\s*")


def applies(file: File) -> bool:
    """Whether it holds command lines, by its name."""
    return _source(file) != "" or file.base in {"package.json", "pyproject.toml"}


def read(file: File) -> Iterator[Statement]:
    """Yield the commands that it starts an application with; raises Unusable."""
    if file.base == "package.json":
        yield from _tasks(file, parsed_json(file).get("scripts"), "package.json scripts")
    elif file.base == "pyproject.toml":
        yield from _tasks(file, parsed_toml(file).get("tool"), "pyproject.toml task")
    else:
        yield from _lines(file, _source(file))


def parsed_json(file: File) -> dict[str, Any]:
    """The JSON object in a file; raises Unusable."""
    try:
        value = json.loads(file.text)
    except (ValueError, RecursionError) as exc:
        raise Unusable(f"not JSON: {exc}") from exc
    return value if isinstance(value, dict) else {}


def parsed_toml(file: File) -> dict[str, Any]:
    """The TOML table in a file; raises Unusable."""
    try:
        return tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise Unusable(f"not TOML: {exc}") from exc


def _source(file: File) -> str:
    return next((name for name, pattern in SOURCES if pattern.fullmatch(file.base)), "")


def _lines(file: File, source: str) -> Iterator[Command]:
    joined, first = "", 0
    for number, line in enumerate(file.lines, 1):
        first = first or number
        joined += line.rstrip().removesuffix("\\") + " "
        if line.rstrip().endswith("\\"):
            continue
        text = joined if source in {"shell script", "Makefile"} else KEY.sub("", joined)
        yield from _commands(file, first, text, source)
        joined, first = "", 0


def _tasks(file: File, tasks: object, source: str) -> Iterator[Command]:
    for text in _texts(tasks):
        line = file.line_of(text.split("\n")[0])
        yield from _commands(file, line, text, source)


def _texts(value: object) -> Iterator[str]:
    """Yield every text below a value of JSON or TOML."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            left.extend(value.values() if isinstance(value, dict) else value)


def _commands(file: File, line: int | None, text: str, source: str) -> Iterator[Command]:
    for start in starts(text):
        role = LAMBDA if start.handler else SERVER
        yield Command(file, line, start.target, role, source, start.folder)
