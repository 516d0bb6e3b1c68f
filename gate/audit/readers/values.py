"""Environment variables as YAML and JSON hold them: a mapping, or a list of `NAME=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.statements import Setting
from gate.audit.syntax.yaml_nodes import Node

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def settings(file: File, node: Node) -> Iterator[Setting]:
    """Yield the variables that a node names."""
    for name, value in node.members.items():
        if NAME.fullmatch(name):
            yield Setting(file, value.line, name)
    for item in node.items:
        name = item.text.partition("=")[0] or item.get("name").text
        if NAME.fullmatch(name):
            yield Setting(file, item.line, name)
