"""CDK apps in Python and TypeScript: `cmd`, `handler`, `environment` of functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gate.audit.files import File
from gate.audit.python.literals import text
from gate.audit.python.modules import Module
from gate.audit.readers.templates import OTHERS
from gate.audit.readers.values import NAME
from gate.audit.statements import LAMBDA, SERVER, Command, Setting, Statement
from gate.audit.syntax.command_line import is_handler, starts

SIGN = re.compile(r"(?:from|require\()\s*['\"](?:aws-cdk-lib|@aws-cdk/|sst|@pulumi/|cdktf)")
COMMAND = re.compile(r"\bcmd\s*:\s*\[\s*['\"]([^'\"]+)['\"]\s*\]")
HANDLER = re.compile(r"\bhandler\s*:\s*['\"]([^'\"]+)['\"]")
RUNTIME = re.compile(r"Runtime\.(\w+)")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
OPEN_ENVIRONMENT = re.compile(r"\benvironment\s*:\s*\{")
KEY = re.compile(r"[{,\n]\s*['\"]?([A-Za-z_]\w*)['\"]?\s*:")
NO_PYTHON = ("NodejsFunction", "GoFunction", "Runtime.NODEJS", "Runtime.JAVA", "Runtime.DOTNET")


def applies(file: File) -> bool:
    """Whether it is TypeScript or JavaScript that defines infrastructure, by its imports."""
    return file.suffix in {".ts", ".js", ".mts", ".mjs"} and bool(SIGN.search(file.text))


def read(file: File) -> Iterator[Statement]:
    """Yield the commands and variables written out in TypeScript; raises Unusable."""
    source = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), file.text)
    pythons = any(OTHERS.match(name) is None for name in RUNTIME.findall(source))
    for kind, pattern in (("CDK cmd", COMMAND), ("CDK handler", HANDLER)):
        for found in pattern.finditer(source):
            if is_handler(found[1]) and (pythons or kind == "CDK cmd"):
                yield Command(file, _line(source, found.start()), found[1], LAMBDA, kind)
    for opening in OPEN_ENVIRONMENT.finditer(source):
        body = source[opening.end() - 1 : source.find("}", opening.end())]
        for found in KEY.finditer(body):
            yield Setting(file, _line(source, opening.end() + found.start(1)), found[1])


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def read_python(module: Module) -> Iterator[Statement]:
    """Yield the commands and variables that Python code hands to a construct."""
    imported = {source.lstrip(".").split(".")[0] for source, _ in module.imports.values()}
    if imported & {"aws_cdk", "pulumi", "cdktf", "troposphere"}:
        for call in module.of(ast.Call):
            yield from _of_call(module, call)
        for node in module.of(ast.Dict):
            if _is_environment(module, node):
                yield from _variables(module.file, node)
    yield from _served(module)


def _of_call(module: Module, call: ast.Call) -> Iterator[Statement]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    command, handler = given.get("cmd"), given.get("handler")
    words = [text(one) for one in command.elts] if isinstance(command, ast.List) else []
    if len(words) == 1 and is_handler(words[0]) and command is not None:
        yield Command(module.file, command.lineno, words[0], LAMBDA, "CDK cmd")
    name = text(handler)
    if index := text(given.get("index")):
        name = f"{index.removesuffix('.py')}.{name}" if name else ""
    if handler is not None and is_handler(name) and not _is_other(call):
        yield Command(module.file, handler.lineno, name, LAMBDA, "CDK handler")


def _is_other(call: ast.Call) -> bool:
    written = ast.unparse(call.func) + "".join(
        ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "runtime"
    )
    return any(name in written for name in NO_PYTHON)


def _is_environment(module: Module, node: ast.Dict) -> bool:
    parent = module.parents.get(node)
    return isinstance(parent, ast.keyword) and parent.arg in {"environment", "variables"}


def _variables(file: File, node: ast.Dict) -> Iterator[Setting]:
    for key in node.keys:
        if (name := text(key)) and key is not None and NAME.fullmatch(name):
            yield Setting(file, key.lineno, name)


def _served(module: Module) -> Iterator[Command]:
    """`uvicorn.run("main:app")` names an application as a command line does."""
    for node in module.of(ast.Call):
        if node.args and _is_uvicorn(module, node.func):
            for start in starts(f"uvicorn '{text(node.args[0])}'"):
                yield Command(module.file, node.lineno, start.target, SERVER, "uvicorn.run")


def _is_uvicorn(module: Module, function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr != "run":
        return False
    return _source(module, function.value) == "uvicorn"


def _source(module: Module, node: ast.expr) -> str:
    return module.imports.get(node.id, ("", ""))[0] if isinstance(node, ast.Name) else ""
