"""The function answers every probe, in the real Runtime Interface Emulator."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import probes
from gate.config import Config
from gate.report import CannotLook, Case, Report
from gate.rie import Rie, summary
from gate.rie.asking import ask_all
from gate.rie.container import Container, Engine
from gate.rie.function import Make
from gate.rie.provided import provided

NAME = "smoke"
HELP = """\
The function answers every probe in Lambda's own Runtime Interface Emulator: cold and warm, as an
HTTP API (payload 2.0) and as a REST API (1.0) would call it.

examples:
  gate smoke --local
  gate smoke --local --environment local.database:environment
  gate smoke --local --handler handler.lambda_handler --probes probes.toml --env STAGE=test
  gate smoke --image backend:latest --env DATABASE_URL=postgresql://…
"""

UNTIMED = "times are not judged (--untimed)"

# Where a container reaches this machine: told to --environment, whose services must listen there.
CONTAINER_HOST = "GATE_CONTAINER_HOST"


@dataclass(frozen=True)
class Target:
    """A function and what it is asked. Variables stay out of the repr: they hold secrets."""

    root: Path
    handler: str
    probes: Path
    python: str
    timeout: float
    folder: Path
    image: str = ""
    environment: str = ""
    untimed: bool = False
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--local", action="store_true", help="run the code as it lies there")
    where.add_argument("--image", metavar="REF", default="", help="run this container image")
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
        help="what the function needs, a database say; yields its variables ('': nothing)",
    )
    parser.add_argument(
        "--untimed",
        action="store_true",
        help="judge the answers, not how fast they come: where other work runs beside it",
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    python = shutil.which(config.python)
    if python is None:
        raise CannotLook(f"{config.python}: no such interpreter; correct python in [tool.gate]")
    environment = config.environment if options.environment is None else options.environment
    return Target(
        # An image brings its code: the folder need not be there.
        root=config.root if options.image else config.source_root,
        handler=options.handler or config.handler_command,
        probes=Path(options.probes).absolute() if options.probes else config.probes,
        python=python,
        timeout=config.timeout,
        folder=config.file.parent if config.file else Path.cwd(),
        image=options.image,
        environment=environment,
        untimed=options.untimed,
        variables={**config.env, **dict(map(_variable, options.env))},
    )


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name.isidentifier() or not equals:
        # Not the text itself: it may be a secret.
        raise CannotLook("--env takes NAME=VALUE; one of them is something else")
    return name, value


def check(target: Target) -> Report:
    """Ask every probe, and report what is wrong with the answers, and the times."""
    engine = Engine() if target.image else None
    with _variables(target, engine) as variables:
        wanted = _probes(target, variables)
        make = _maker(target, engine, variables)
        attempts = ask_all(make, wanted, tuple(variables.values()))
    return Report(
        NAME,
        findings=tuple(
            summary.findings(
                attempts,
                check=NAME,
                handler=target.handler,
                file=_handler_file(target),
                probes=target.probes,
            )
        ),
        notes=(
            *summary.notes(attempts, (probe.name for probe in wanted)),
            *([UNTIMED] if target.untimed else []),
        ),
        cases=tuple(Case(one.name, one.reasons, one.elapsed_ms) for one in attempts),
    )


@contextmanager
def _variables(target: Target, engine: Engine | None) -> Iterator[Mapping[str, str]]:
    """The function's variables, for as long as what stands behind them is there."""
    if not target.environment:
        yield target.variables
        return
    with provided(
        target.environment,
        python=target.python,
        folder=target.folder,
        timeout=target.timeout,
        told={CONTAINER_HOST: engine.host()} if engine else {},
    ) as variables:
        yield {**variables, **target.variables}


def _maker(target: Target, engine: Engine | None, variables: Mapping[str, str]) -> Make:
    """What makes a fresh function, of the image or of the code as it lies there."""
    if engine:
        image = engine.image(target.image)
        return lambda: Container(
            engine=engine,
            image=image,
            handler=target.handler,
            environment=variables,
            timeout_seconds=target.timeout,
        )
    return lambda: Rie(
        root=target.root,
        handler=target.handler,
        environment=variables,
        timeout_seconds=target.timeout,
        python=Path(target.python),
    )


def _probes(target: Target, variables: Mapping[str, str]) -> tuple[probes.Probe, ...]:
    try:
        wanted = probes.load(target.probes, {**os.environ, **variables})
    except probes.ProbeError as exc:
        raise CannotLook(str(exc)) from exc
    return tuple(map(_untimed, wanted)) if target.untimed else wanted


def _untimed(probe: probes.Probe) -> probes.Probe:
    return replace(probe, expect=replace(probe.expect, within_ms=None))


def _handler_file(target: Target) -> Path | None:
    module, _, _ = target.handler.rpartition(".")
    file = target.root.joinpath(*module.split(".")).with_suffix(".py")
    return file if file.is_file() else None
