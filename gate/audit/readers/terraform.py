"""Terraform: `handler`, `image_config` and `environment` of Lambda functions, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.readers.templates import OTHERS
from gate.audit.statements import LAMBDA, Command, Setting, Statement
from gate.audit.syntax.command_line import is_handler

HANDLER = re.compile(r'\s*handler\s*=\s*"([^"$]+)"')
COMMAND = re.compile(r'\s*(?:image_config_)?command\s*=\s*\[\s*"([^"$]+)"\s*\]')
RUNTIME = re.compile(r'\s*runtime\s*=\s*"([^"]+)"')
VARIABLES = re.compile(r"\s*(variables|environment_variables)\s*=\s*(merge\(.*)?\{\s*")
VARIABLE = re.compile(r'\s*"?([A-Za-z_]\w*)"?\s*[=:]')
RESOURCE = re.compile(r'(resource\s+"(?P<kind>[^"]+)"|module\s+"|data\s+"|variable\s+"|output\s+")')
COMMENT = re.compile(r"^\s*(#|//).*|\s(#|//)\s.*")
# Modules wrap the resource and take its arguments, the usual one among them.
KINDS = re.compile(r"aws_lambda_function|aws_ecs_.*|")


def applies(file: File) -> bool:
    """Whether it is Terraform's or OpenTofu's, by its name."""
    return file.suffix in {".tf", ".tofu"}


def read(file: File) -> Iterator[Statement]:
    """Yield what its functions say; raises Unusable."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(_without_comments(file.lines), 1):
        if RESOURCE.match(line) and block:
            yield from _block(file, block)
            block = []
        block.append((number, line))
    yield from _block(file, block)


def _without_comments(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        begins = "/*" in line
        if not inside:
            yield COMMENT.sub("", line.partition("/*")[0])
        else:
            yield ""
        inside = (inside or begins) and "*/" not in line


def _block(file: File, block: list[tuple[int, str]]) -> Iterator[Statement]:
    """Read one resource: what it runs counts where its runtime may be Python's."""
    kind = next((found["kind"] or "" for _, line in block if (found := RESOURCE.match(line))), "")
    if not KINDS.fullmatch(kind):
        return
    runtime = next((found[1] for _, line in block if (found := RUNTIME.match(line))), "")
    inside = False
    for number, line in block:
        for source, pattern in (("handler", HANDLER), ("image_config", COMMAND)):
            found = pattern.match(line)
            if found and is_handler(found[1]) and not OTHERS.match(runtime):
                yield Command(file, number, found[1], LAMBDA, f"Terraform {source}")
        if inside and (found := VARIABLE.match(line)):
            yield Setting(file, number, found[1])
        inside = bool(VARIABLES.match(line)) or (inside and "}" not in line)
