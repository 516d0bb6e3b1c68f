"""Settings in TOML that name a handler command: `[function] command = "app.handler"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import LOCKS, File
from gate.audit.readers.scripts import parsed_toml
from gate.audit.statements import LAMBDA, Command, Statement
from gate.audit.syntax.command_line import is_handler

KEYS = re.compile(r"(.*[_-])?(command|cmd|handler)")
NOT_THESE = LOCKS | {"pyproject.toml", "Pipfile"}
GATE = "[tool.gate] handler"


def applies(file: File) -> bool:
    """Whether it is a TOML file that may name one."""
    return (file.suffix == ".toml" and file.base not in NOT_THESE) or file.base == "pyproject.toml"


def read(file: File) -> Iterator[Statement]:
    """Yield the handler commands; raises Unusable."""
    document = parsed_toml(file)
    if file.base == "pyproject.toml":
        yield from _of_gate(file, document)
        return
    left: list[tuple[str, object]] = [("", document)]
    while left:
        path, table = left.pop()
        for key, value in table.items() if isinstance(table, dict) else ():
            dotted = f"{path}{key}"
            left.append((f"{dotted}.", value))
            word = value[0] if isinstance(value, list) and len(value) == 1 else value
            if KEYS.fullmatch(key) and isinstance(word, str) and is_handler(word):
                line = file.line_of(word)
                yield Command(file, line, word, LAMBDA, f"settings {dotted}")


def _of_gate(file: File, document: dict[str, object]) -> Iterator[Command]:
    """What the gate itself tests: it must be what is deployed."""
    tool = document.get("tool")
    table = tool.get("gate") if isinstance(tool, dict) else None
    handler = table.get("handler") if isinstance(table, dict) else None
    if isinstance(handler, str) and is_handler(handler):
        line = file.line_of(handler)
        yield Command(file, line, handler, LAMBDA, GATE, decides=False)
