"""The handler command names a callable: what Lambda will look for is there."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.allowances import Allowance, Allowances
from gate.config import Config, HandlerSource
from gate.inspection import failures, source
from gate.inspection.entry import find_module
from gate.inspection.runner import Failure, Interpreter, ask
from gate.report import Finding, Place, Report, place, shown

NAME = "handler"
LIFESPAN = "handler.lifespan-off"
HELP = """\
The handler command names a callable that takes (event, context), below the source root.

example:
  gate handler --handler handler.lambda_handler
"""

# As Lambda reads it: a module, with slashes or dots between packages, a dot, and a function. It is
# imported by its name, which need be no identifier: my-handler.py is one.
COMMAND = re.compile(r"(?P<module>[^\s./]+([./][^\s./]+)*)\.(?P<function>[^\W\d]\w*)")
SERVERS = re.compile(r"(python3? -m )?(uvicorn|gunicorn|hypercorn|granian|fastapi)\b")
USUAL_NAMES = ("lambda_handler", "handler")


@dataclass(frozen=True)
class Target:
    """The handler ``command``, the tree in which it must be found, and where it is ``written``."""

    interpreter: Interpreter = field(repr=False)
    command: str
    written: Place | None = None
    allowed: tuple[Allowance, ...] = ()
    file: Path | None = None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("--handler", metavar="MODULE.FUNCTION", help="the handler command")


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    interpreter = Interpreter(config.source_root, config.python, config.timeout, config.env)
    written = None
    if options.handler is None and isinstance(config.handler, HandlerSource):
        written = source.place_of_text(config.handler.file, config.handler_command)
    command = options.handler or config.handler_command
    file = None if config.elsewhere else config.file
    return Target(interpreter, command, written, config.handler_allow, file)


def check(target: Target) -> Report:
    """Look for the handler as the Lambda runtime would."""
    allowances = Allowances(NAME, target.allowed, target.file)
    finding = _find(target, allowances)
    if finding is not None:
        return Report(NAME, (finding,))
    takes = f"{target.command} takes (event, context)"
    return Report(NAME, tuple(allowances.unused()), (takes, *allowances.notes()))


def _find(target: Target, allowances: Allowances) -> Finding | None:
    root, command = target.interpreter.root, target.command
    written = (target.written,) if target.written else ()
    match = COMMAND.fullmatch(command)
    if match is None:
        return Finding(
            "handler.malformed",
            f"{command!r} is no handler command",
            places=written,
            fix=_wellformed(command),
        )
    module = match["module"].replace("/", ".")
    file = find_module(root, module)
    if file is None:
        return _no_module(root, command, module, written)
    request = {"task": "handler", "module": module, "attribute": match["function"]}
    (answer,) = ask(target.interpreter, request)
    if isinstance(answer, Failure):
        return failures.finding(NAME, command, answer, file)
    never = [one for one in answer["never_started"] if not _allowed(one, root, allowances)]
    return _never_started(command, never) if never else None


def _allowed(hook: Mapping[str, Any], root: Path, allowances: Allowances) -> bool:
    file = Path(hook["place"][0]) if hook["place"] else root
    path = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
    return allowances.allow(LIFESPAN, path=path, name=hook["name"])


def _never_started(command: str, hooks: list[dict[str, Any]]) -> Finding:
    names = ", ".join(hook["name"] for hook in hooks)
    places = (place(Path(hook["place"][0]), hook["place"][1]) for hook in hooks if hook["place"])
    return Finding(
        LIFESPAN,
        f"{command} never runs {names}, which the application has run at its start: "
        "its adapter says lifespan='off'",
        places=tuple(places),
        fix="say lifespan='on' (at every call), or call it at import; where it is for another "
        "server alone, say so in [tool.gate] handler-allow",
    )


def _wellformed(command: str) -> str:
    if SERVERS.match(command):
        return "that starts a server: Lambda calls a function, such as handler = Mangum(app)"
    return "write it as module.function, handler.lambda_handler for example"


def _no_module(root: Path, command: str, module: str, written: tuple[Place, ...]) -> Finding:
    wanted = f"{module.replace('.', '/')}.py"
    return Finding(
        "handler.no-module",
        f"{command} names the module {module}, and there is no {wanted} below {shown(root)}",
        places=written,
        fix=f"correct the handler command, or write {wanted}{_suggested(root)}",
    )


def _suggested(root: Path) -> str:
    """Name what looks like a handler beside the module that is not there."""
    likely = [
        f"{file.stem}.{name}"
        for file in sorted(root.glob("*.py"))
        for name in USUAL_NAMES
        if source.defines(file, name)
    ]
    return f"; there is {', '.join(likely)}" if likely else ""
