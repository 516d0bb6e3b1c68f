"""Kubernetes manifests: what their containers run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.statements import LAMBDA, SERVER, Command, Statement
from gate.audit.syntax.command_line import starts_of
from gate.audit.syntax.yaml_text import documents

SIGN = re.compile(r"^kind:.*^\s+(- )?containers:", re.MULTILINE | re.DOTALL)


def applies(file: File) -> bool:
    """Whether it is a manifest with containers, by what it says."""
    return file.suffix in {".yaml", ".yml"} and bool(SIGN.search(file.text))


def read(file: File) -> Iterator[Statement]:
    """Yield what its containers run; raises Unusable, Unreadable."""
    for document in documents(file.text):
        for node in document.walk():
            if "image" not in node.members:
                continue
            command, arguments = node.get("command"), node.get("args")
            line = command.line if command.items else arguments.line
            words = [item.text for item in (*command.items, *arguments.items)]
            for start in starts_of(words):
                role = LAMBDA if start.handler else SERVER
                yield Command(file, line, start.target, role, "container command", start.folder)
