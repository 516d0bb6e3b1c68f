"""The function answers every probe, in the real Runtime Interface Emulator."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from statistics import median

import probes
from gate.config import Config
from gate.report import CannotLook, Case, Finding, Report, place, shown
from gate.rie import Rie
from gate.rie.asking import ask_all
from gate.rie.attempt import INIT_FAILED, WAYS, Attempt
from gate.rie.provided import provided

NAME = "smoke"
HELP = """\
The function answers every probe in Lambda's own Runtime Interface Emulator: cold and warm, as an
HTTP API (payload 2.0) and as a REST API (1.0) would call it.

examples:
  gate smoke --local
  gate smoke --local --environment local.database:environment
  gate smoke --local --handler handler.lambda_handler --probes probes.toml --env STAGE=test
"""

FIXES: Mapping[str, str] = {
    "init-failed": "make the handler's module import in a fresh process, with these variables",
    "died": "find what ends the process: an exit, a crash, memory",
    "timeout": "find what it waits for, or say --timeout SECONDS",
    "function-error": "let the handler answer errors itself: a raise is a 5xx without a body",
    "empty": "return an answer for every event, in both of API Gateway's forms",
    "malformed": "return what API Gateway expects: statusCode, headers, body, isBase64Encoded",
    "wrong-answer": "correct the application, or what {probes} expects",
}


@dataclass(frozen=True)
class Target:
    """A function and what it is asked. Variables stay out of the repr: they hold secrets."""

    root: Path
    handler: str
    probes: Path
    python: str
    timeout: float
    folder: Path
    environment: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--local", action="store_true", help="run the code as it lies there")
    parser.add_argument("--handler", metavar="MODULE.FUNCTION", help="the handler command")
    parser.add_argument("--probes", metavar="FILE", help="what to ask (default: probes.toml)")
    parser.add_argument(
        "--env",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a variable of the function; once for each",
    )
    parser.add_argument(
        "--environment",
        metavar="MODULE:CONTEXTMANAGER",
        help="what the function needs while it runs, a database say; yields its variables",
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    python = shutil.which(config.python)
    if python is None:
        raise CannotLook(f"{config.python}: no such interpreter; correct python in [tool.gate]")
    environment = config.environment if options.environment is None else options.environment
    return Target(
        root=config.source_root,
        handler=options.handler or config.handler_command,
        probes=Path(options.probes).absolute() if options.probes else config.probes,
        python=python,
        timeout=config.timeout,
        folder=config.file.parent if config.file else Path.cwd(),
        environment=environment,
        variables={**config.env, **dict(map(_variable, options.env))},
    )


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name.isidentifier() or not equals:
        # Not the text itself: it may be a secret.
        raise CannotLook("--env takes NAME=VALUE; one of them is something else")
    return name, value


def check(target: Target) -> Report:
    """Ask every probe, and report each wrong answer and the time of each right one."""
    with _variables(target) as variables:
        wanted = _probes(target, variables)
        attempts = ask_all(
            lambda: Rie(
                root=target.root,
                handler=target.handler,
                environment=variables,
                timeout_seconds=target.timeout,
                python=Path(target.python),
            ),
            wanted,
            tuple(variables.values()),
        )
    return Report(
        NAME,
        findings=tuple(_findings(target, attempts)),
        notes=tuple(_notes(attempts, wanted)),
        cases=tuple(Case(one.name, one.reasons, one.elapsed_ms) for one in attempts),
    )


@contextmanager
def _variables(target: Target) -> Iterator[Mapping[str, str]]:
    """The function's variables, for as long as what stands behind them is there."""
    if not target.environment:
        yield target.variables
        return
    with provided(
        target.environment, python=target.python, folder=target.folder, timeout=target.timeout
    ) as variables:
        yield {**variables, **target.variables}


def _probes(target: Target, variables: Mapping[str, str]) -> tuple[probes.Probe, ...]:
    try:
        return probes.load(target.probes, {**os.environ, **variables})
    except probes.ProbeError as exc:
        raise CannotLook(str(exc)) from exc


def _findings(target: Target, attempts: Sequence[Attempt]) -> Iterator[Finding]:
    """One finding for each thing that is wrong, however many probes found it."""
    by_fault = attrgetter("fault", "reasons")
    wrong = sorted((one for one in attempts if one.fault), key=by_fault)
    for (fault, reasons), group in groupby(wrong, by_fault):
        same = list(group)
        init = fault == INIT_FAILED  # has to do with no probe
        who = f"{target.handler} does not initialise" if init else _names(same)
        yield Finding(
            rule=f"{NAME}.{fault}",
            message=f"{who}: {'; '.join(reasons)}",
            places=(place(_handler_file(target)),) if init else (),
            fix=FIXES[fault].format(probes=shown(target.probes)),
            detail=same[0].log,
        )


def _handler_file(target: Target) -> Path:
    module, _, _ = target.handler.rpartition(".")
    file = target.root.joinpath(*module.split(".")).with_suffix(".py")
    return file if file.is_file() else target.root


def _names(attempts: Sequence[Attempt]) -> str:
    """Which probes, and in which of their attempts when it was not in all."""
    names = []
    for probe, group in groupby(attempts, attrgetter("probe")):
        same = [one.way for one in group]
        names.append(probe if len(same) == len(WAYS) else f"{probe} ({', '.join(same)})")
    return "; ".join(names)


def _notes(attempts: Sequence[Attempt], wanted: Sequence[probes.Probe]) -> Iterator[str]:
    inits = [one.init_ms for one in attempts if one.init_ms is not None]
    if inits:
        yield f"init: {median(inits):.0f} ms, at most {max(inits):.0f} ms, {len(inits)} processes"
    for probe in wanted:
        slowest = {
            one.temperature: f"{one.temperature} {one.elapsed_ms:.0f} ms"
            for one in sorted(attempts, key=attrgetter("elapsed_ms"))
            if one.probe == probe.name
        }
        yield f"{probe.name}: {', '.join(sorted(slowest.values())) or 'not asked'}"
