"""Dockerfiles: `CMD` and `ENTRYPOINT` in both forms, `ENV` and `ARG`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.audit.files import File
from gate.audit.statements import LAMBDA, SERVER, Command, Statement
from gate.audit.syntax.command_line import is_handler, split, starts_of

NAMES = re.compile(r"((docker|container)file([.-].+)?|.+\.(docker|container)file)", re.IGNORECASE)
NOT_ONE = re.compile(r".*\.(md|rst|txt|py|ts|js|lock)", re.IGNORECASE)
HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
ESCAPE = re.compile(r"#\s*escape\s*=\s*(.)\s*", re.IGNORECASE)


@dataclass
class Stage:
    """What a build stage says so far: the words of its instructions, and their lines."""

    command: list[str] = field(default_factory=list)
    entry_point: list[str] = field(default_factory=list)
    line: int = 0
    instruction: str = "CMD"


def applies(file: File) -> bool:
    """Whether it is a Dockerfile, by its name."""
    return bool(NAMES.fullmatch(file.base)) and not NOT_ONE.fullmatch(file.base)


def read(file: File) -> Iterator[Statement]:
    """Yield the command of each build stage; raises Unusable."""
    stage = Stage()
    for line, instruction, rest in instructions(file.lines):
        if instruction == "FROM":
            yield from _commands(file, stage)
            stage = Stage()
        elif instruction == "CMD":
            stage.command, stage.line, stage.instruction = _words(rest), line, instruction
        elif instruction == "ENTRYPOINT":
            stage.entry_point = _words(rest)
            if not stage.command or stage.instruction == instruction:
                stage.line, stage.instruction = line, instruction
    yield from _commands(file, stage)


def instructions(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each instruction with its line: continued lines joined, comments left out."""
    escape = ESCAPE.fullmatch(lines[0].strip()) if lines else None
    mark = escape[1] if escape else "\\"
    joined, first, until = "", 0, ""
    for number, line in enumerate(lines, 1):
        if until:
            until = "" if line.strip() == until else until
            continue
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        first = first or number
        joined += line.strip().removesuffix(mark) + " "
        if line.rstrip().endswith(mark):
            continue
        word, _, rest = joined.strip().partition(" ")
        until = _heredoc(word, rest)
        yield first, word.upper(), rest.strip()
        joined, first = "", 0


def _heredoc(word: str, rest: str) -> str:
    found = HEREDOC.search(rest) if word.upper() in {"RUN", "COPY", "ADD"} else None
    return found[1] if found else ""


def _words(text: str) -> list[str]:
    """The words of the exec form, which is JSON, or of the shell form."""
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return split(text)
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return words
    return split(text)


def _commands(file: File, stage: Stage) -> Iterator[Command]:
    words = [*stage.entry_point, *stage.command]
    source = f"Dockerfile {stage.instruction}"
    found = list(starts_of(words))
    for start in found:
        role = LAMBDA if start.handler else SERVER
        yield Command(file, stage.line, start.target, role, source, start.folder, decides=False)
    # Lambda's base images bring an entry point that takes the one word of CMD.
    if not found and len(stage.command) == 1 and is_handler(stage.command[0]):
        yield Command(file, stage.line, stage.command[0], LAMBDA, source, decides=False)
