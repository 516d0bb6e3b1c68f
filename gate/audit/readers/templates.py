"""CloudFormation and SAM templates, in YAML or JSON: handlers, image commands, variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.readers.values import settings
from gate.audit.statements import LAMBDA, Command, Statement
from gate.audit.syntax.command_line import is_handler
from gate.audit.syntax.yaml_nodes import Node
from gate.audit.syntax.yaml_text import documents

SUFFIXES = frozenset({".yaml", ".yml", ".json", ".template"})
SIGNS = re.compile(r"AWSTemplateFormatVersion|AWS::Serverless|AWS::Lambda::Function")
FUNCTIONS = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
OTHERS = re.compile(r"node|java|go|dotnet|ruby|provided", re.IGNORECASE)  # runtimes


def applies(file: File) -> bool:
    """Whether it is a template, by what it says."""
    return file.suffix in SUFFIXES and bool(SIGNS.search(file.text))


def read(file: File) -> Iterator[Statement]:
    """Yield what its functions say; raises Unusable, Unreadable."""
    for document in documents(file.text):
        common = document.get("Globals", "Function")
        yield from settings(file, common.get("Environment", "Variables"))
        for resource in document.get("Resources").members.values():
            if resource.get("Type").text in FUNCTIONS:
                yield from _function(file, resource.get("Properties"), common)


def _function(file: File, properties: Node, common: Node) -> Iterator[Statement]:
    yield from settings(file, properties.get("Environment", "Variables"))
    for item in properties.get("ImageConfig", "Command").items[:1]:
        if is_handler(item.text):
            yield Command(file, item.line, item.text, LAMBDA, "template ImageConfig.Command")
    handler = properties.get("Handler")
    runtime = properties.get("Runtime").text or common.get("Runtime").text
    if is_handler(handler.text) and not OTHERS.match(runtime):
        folder = properties.get("CodeUri").text
        yield Command(file, handler.line, handler.text, LAMBDA, "template Handler", folder)
