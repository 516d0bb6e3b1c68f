"""Command lines that start an application: `uvicorn pkg.main:app`, `awslambdaric app.handler`."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "waitress-serve"})
RUNTIME = "awslambdaric"
FASTAPI_COMMANDS = frozenset({"run", "dev"})
TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(\(\S*\))?")
FASTAPI_FILE = re.compile(r"[\w./-]+\.py")
HANDLER = re.compile(r"[A-Za-z_][\w-]*([./][A-Za-z_][\w-]*)*\.[A-Za-z_]\w*")
PROGRAMS = re.compile(r".*\.(sh|bash|py|js|mjs|ts|exe|jar|rb|pl|conf|toml|ya?ml|json|txt)")
# Options whose value looks like an application.
WITH_VALUE = frozenset({"-k", "--worker-class", "-c", "--config", "--logger-class", "--log-config"})
FOLDERS = ("--app-dir", "--chdir")
ENDS = re.compile(r"&&|\|\||[;|\n]")
SAYS = frozenset({"echo", "printf", "print", "#", "rem"})
PREFIXES = "@-+"  # of a recipe's line in a Makefile


@dataclass(frozen=True)
class Start:
    """An application that a command starts: `module:attribute` or `module.function`.

    ``folder`` is what `--app-dir` names.
    """

    target: str
    handler: bool = False
    folder: str = ""


def starts(line: str) -> Iterator[Start]:
    """Yield the applications that a line of shell starts; comments and `echo` start nothing."""
    for part in ENDS.split(line):
        words = split(part)
        if words and words[0].lstrip(PREFIXES) not in SAYS:
            yield from starts_of(words)


def starts_of(words: Sequence[str]) -> Iterator[Start]:
    """Yield the applications that a list of words starts; a word may be a script (`sh -c …`)."""
    for at, word in enumerate(words):
        rest = words[at + 1 :]
        program = PurePosixPath(word).name
        if " " in word:
            yield from starts(word)
        elif program in SERVERS:
            yield from _server(rest)
            return
        elif program == "fastapi" and rest and rest[0] in FASTAPI_COMMANDS:
            yield from _fastapi(rest[1:])
            return
        elif program == RUNTIME:
            yield from (Start(one, handler=True) for one in rest[:1] if is_handler(one))
            return


def is_handler(word: str) -> bool:
    """Whether a word can be a handler command and is no program."""
    return bool(HANDLER.fullmatch(word)) and not PROGRAMS.fullmatch(word)


def split(text: str) -> list[str]:
    """Return the words of a line of shell, without its comment; quotes need not be closed."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        return text.split()
    return words


def _server(words: Sequence[str]) -> Iterator[Start]:
    folder, skip = "", False
    for word in words:
        name, equals, value = word.partition("=")
        if skip:
            skip = False
        elif name in FOLDERS and equals:
            folder = value
        elif word in WITH_VALUE:
            skip = True
        elif not word.startswith("-") and TARGET.fullmatch(word):
            yield Start(word, folder=folder or _option(words))
            return


def _option(words: Sequence[str]) -> str:
    pairs = itertools.pairwise(words)
    return next((value for name, value in pairs if name in FOLDERS), "")


def _fastapi(words: Sequence[str]) -> Iterator[Start]:
    """`fastapi run app/main.py` serves the `app` of that file."""
    for word in words:
        if FASTAPI_FILE.fullmatch(word):
            module = word.removesuffix(".py").removeprefix("./").replace("/", ".")
            yield Start(f"{module}:app")
            return
