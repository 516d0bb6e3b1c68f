"""serverless.yml: handlers, image commands, variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.readers.templates import OTHERS
from gate.audit.readers.values import settings
from gate.audit.statements import LAMBDA, Command, Statement
from gate.audit.syntax.command_line import is_handler
from gate.audit.syntax.yaml_nodes import Node
from gate.audit.syntax.yaml_text import documents

NAMES = re.compile(r"serverless([.-].+)?\.ya?ml")


def applies(file: File) -> bool:
    """Whether it is the Serverless Framework's, by its name."""
    return bool(NAMES.fullmatch(file.base.lower()))


def read(file: File) -> Iterator[Statement]:
    """Yield what its functions say; raises Unusable, Unreadable."""
    for document in documents(file.text):
        provider = document.get("provider")
        yield from settings(file, provider.get("environment"))
        for function in document.get("functions").members.values():
            yield from _function(file, function, provider)


def _function(file: File, function: Node, provider: Node) -> Iterator[Statement]:
    yield from settings(file, function.get("environment"))
    command, handler = function.get("image", "command"), function.get("handler")
    for item in (command.items or [command])[:1]:
        if is_handler(item.text):
            yield Command(file, item.line, item.text, LAMBDA, "serverless image.command")
    runtime = function.get("runtime").text or provider.get("runtime").text
    if is_handler(handler.text) and not OTHERS.match(runtime):
        yield Command(file, handler.line, handler.text, LAMBDA, "serverless handler")
