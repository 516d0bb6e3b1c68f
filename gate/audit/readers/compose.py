"""Compose files: commands, entry points and variables of the services that are built here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.readers.values import settings
from gate.audit.statements import LAMBDA, SERVER, Command, Statement
from gate.audit.syntax.command_line import is_handler, split, starts_of
from gate.audit.syntax.yaml_nodes import Node
from gate.audit.syntax.yaml_text import documents

NAMES = re.compile(r"(docker-|podman-)?compose([.-].+)?\.ya?ml|.+\.compose\.ya?ml")


def applies(file: File) -> bool:
    """Whether it is a compose file, by its name."""
    return bool(NAMES.fullmatch(file.base.lower()))


def read(file: File) -> Iterator[Statement]:
    """Yield what its services say; raises Unusable, Unreadable."""
    for document in documents(file.text):
        for service in document.get("services").members.values():
            yield from _service(file, service)


def _service(file: File, service: Node) -> Iterator[Statement]:
    entry_point, command = service.get("entrypoint"), service.get("command")
    source = "compose command" if command.value else "compose entrypoint"
    line = command.line if command.value else entry_point.line
    found = list(starts_of([*_words(entry_point), *_words(command)]))
    for start in found:
        role = LAMBDA if start.handler else SERVER
        yield Command(file, line, start.target, role, source, start.folder)
    if not found and len(words := _words(command)) == 1 and is_handler(words[0]):
        yield Command(file, line, words[0], LAMBDA, source)
    if service.get("build").value:  # a service of somebody else's image has its own variables
        yield from settings(file, service.get("environment"))


def _words(node: Node) -> list[str]:
    return [item.text for item in node.items] if node.items else split(node.text)
