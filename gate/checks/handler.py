"""The handler command names a callable: what Lambda will look for is there."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from pathlib import Path

from gate.config import Config
from gate.inspection import failures
from gate.inspection.entry import find_module
from gate.inspection.runner import Failure, Interpreter, ask
from gate.report import Finding, Report, place, shown

NAME = "handler"
HELP = """\
The handler command names a callable that takes (event, context), below the source root.

example:
  gate handler --handler handler.lambda_handler
"""

# As Lambda reads it: a module, with slashes or dots between packages, a dot, and a function.
COMMAND = re.compile(r"(?P<module>[^\W\d]\w*([./][^\W\d]\w*)*)\.(?P<function>[^\W\d]\w*)")


@dataclass(frozen=True)
class Target:
    """The handler ``command`` and the tree in which it must be found."""

    interpreter: Interpreter = field(repr=False)
    command: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("--handler", metavar="MODULE.FUNCTION", help="the handler command")


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    interpreter = Interpreter(config.source_root, config.python, config.timeout, config.env)
    return Target(interpreter, options.handler or config.handler_command)


def check(target: Target) -> Report:
    """Look for the handler as the Lambda runtime would."""
    finding = _find(target)
    if finding is not None:
        return Report(NAME, (finding,))
    return Report(NAME, notes=(f"{target.command} takes (event, context)",))


def _find(target: Target) -> Finding | None:
    root, command = target.interpreter.root, target.command
    match = COMMAND.fullmatch(command)
    if match is None:
        return Finding(
            "handler.malformed",
            f"{command!r} is no handler command",
            fix="write it as module.function, handler.lambda_handler for example",
        )
    module = match["module"].replace("/", ".")
    file = find_module(root, module)
    if file is None:
        return _no_module(root, command, module)
    request = {"task": "handler", "module": module, "attribute": match["function"]}
    (answer,) = ask(target.interpreter, request)
    if isinstance(answer, Failure):
        return failures.finding(NAME, command, answer, file)
    return None


def _no_module(root: Path, command: str, module: str) -> Finding:
    wanted = f"{module.replace('.', '/')}.py"
    return Finding(
        "handler.no-module",
        f"{command} names the module {module}, and there is no {wanted} below {shown(root)}",
        places=(place(root / wanted),),
        fix=f"correct the handler command, or write {wanted}",
    )
