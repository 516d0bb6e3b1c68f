"""One reader a kind of file: which files it is for, and the statements that it takes out."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Protocol

from gate.audit.files import File, Unusable
from gate.audit.readers import (
    cdk,
    compose,
    dockerfile,
    kubernetes,
    locks,
    requirements,
    scripts,
    serverless,
    stage_files,
    templates,
    terraform,
)
from gate.audit.statements import Statement, Unread
from gate.audit.syntax.yaml_nodes import Unreadable


class Reader(Protocol):
    """What a module of this package offers."""

    def applies(self, file: File) -> bool:
        """Whether it is for this file."""

    def read(self, file: File) -> Iterator[Statement]:
        """Yield what the file says; raises Unusable, Unreadable."""


READERS: tuple[ModuleType | Reader, ...] = (
    dockerfile,
    compose,
    templates,
    serverless,
    terraform,
    kubernetes,
    scripts,
    stage_files,
    requirements,
    locks,
    cdk,
)


# Told apart by what they hold; what cannot be read is some bundle or data set.
DATA = frozenset({".js", ".mjs", ".ts", ".mts", ".json"})


def read(file: File) -> Iterator[Statement]:
    """Yield what a file says to any reader; what it cannot read is a statement too."""
    for reader in READERS:
        try:
            # Wholly, or not at all: half a file is worse than none.
            yield from list(reader.read(file)) if _applies(reader, file) else ()
        except Unusable as exc:
            yield Unread(file, None, str(exc))
            return
        except Unreadable as exc:
            yield Unread(file, exc.line, f"YAML that is not understood: {exc.why}")
        except RecursionError:
            yield Unread(file, None, "nested too deeply")


def _applies(reader: ModuleType | Reader, file: File) -> bool:
    try:
        return bool(reader.applies(file))
    except Unusable:
        if file.suffix in DATA:
            return False
        raise
