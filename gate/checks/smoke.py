"""The function answers every probe, in the real Runtime Interface Emulator or behind a URL."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import probes
from gate.config import Config
from gate.report import CannotLook, Case, Report
from gate.rie import over_http, subject, summary, template, wanted
from gate.rie.asking import ask_all
from gate.rie.attempt import TEMPERATURES
from gate.rie.engine import Engine
from gate.rie.provided import provided
from gate.rie.subject import Subject
from gate.rie.template import Declared
from gate.rie.variables import Variables, handed
from probes import Gateway, Probe

NAME = "smoke"
HELP = """\
The function answers every probe in Lambda's own Runtime Interface Emulator: cold and warm, as an
HTTP API (payload 2.0) and as a REST API (1.0) would call it, or as its template says.

examples:
  gate smoke --local
  gate smoke --local --environment local.database:environment
  gate smoke --local --handler handler.lambda_handler --probes probes.toml --env STAGE=test
  gate smoke --local --events http-api,alb
  gate smoke --image backend:latest --template cdk.out --env DATABASE_URL=postgresql://…
  gate smoke --url https://api.example.com
"""

UNTIMED = "times are not judged (--untimed)"

# Where the function reaches this machine: told to --environment, whose services must listen
# there. A socket in a folder of somebody's may be closed to the function, which is another user.
HOST = "GATE_CONTAINER_HOST"
LOOPBACK = "127.0.0.1"

OPTIONS = (
    ("--template", "PATH", "cdk.out, or a template: what runs, its settings, what calls it"),
    ("--function", "NAME", "which function of the template, where an API calls several"),
    ("--handler", "MODULE.FUNCTION", "the handler command, where no template says it"),
    ("--probes", "FILE", "what to ask (default: probes.toml)"),
    ("--events", "KINDS", f"what calls it: {', '.join(wanted.EVENTS)}; by commas"),
    (
        "--environment",
        "MODULE:CONTEXTMANAGER",
        "what the function needs, a database say; yields its variables ('': nothing)",
    ),
)


@dataclass(frozen=True)
class Target:
    """A function and what it is asked. Variables stay out of the repr: they hold secrets.

    It is the code below `root`, or `image`, or whatever runs behind `url`. `chosen` are the
    variables of the command line, `variables` those of the settings.
    """

    root: Path
    handler: str
    probes: Path
    python: str
    timeout: float
    folder: Path
    image: str = ""
    url: str = ""
    declared: Declared | None = None
    gateways: tuple[Gateway, ...] = ()
    architecture: str = ""
    environment: str = ""
    untimed: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--local", action="store_true", help="run the code as it lies there")
    where.add_argument("--image", metavar="REF", default="", help="run this container image")
    where.add_argument("--url", default="", help="ask what runs there, over HTTP")
    for name, metavar, what in OPTIONS:
        parser.add_argument(name, metavar=metavar, help=what)
    parser.add_argument(
        "--architecture", choices=wanted.MACHINES, help="what an image must be built for"
    )
    parser.add_argument(
        "--env",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a variable of the function; once for each",
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
    chosen = wanted.variables(options.env)
    declared = _declared(options)
    # An image brings its code, and what runs behind a URL has all that it needs.
    elsewhere = bool(options.image or options.url)
    configured = "" if options.url else config.environment
    return Target(
        root=config.root if elsewhere else config.source_root,
        handler="" if options.url else wanted.handler(options.handler, declared, config),
        probes=Path(options.probes).absolute() if options.probes else config.probes,
        python=python,
        timeout=config.timeout,
        folder=config.file.parent if config.file else Path.cwd(),
        image=options.image,
        url=options.url,
        declared=declared,
        gateways=wanted.gateways(options.events, declared),
        architecture=wanted.architecture(options.architecture, declared),
        environment=configured if options.environment is None else options.environment,
        untimed=options.untimed,
        chosen=chosen,
        variables=config.env,
    )


def _declared(options: argparse.Namespace) -> Declared | None:
    if options.template is None:
        if options.function:
            raise CannotLook("--function names a function of a template; say --template PATH")
        return None
    if options.url:
        raise CannotLook("--template says how to run a function, and --url runs none")
    return template.declared(
        Path(options.template), options.function or "", image=bool(options.image)
    )


def check(target: Target) -> Report:
    """Ask every probe, and report what is wrong with the answers, and the times."""
    engine = Engine() if target.image else None
    what = None if target.url else _subject(target, engine)
    if what and what.refused:
        return Report(NAME, what.refused, what.notes)
    with _others(target, engine) as others:
        asked = _probes(target, {**others, **target.chosen})
        hidden = (*others.values(), *target.chosen.values())
        if what is None:
            report = over_http.ask(NAME, target.url, asked, target.timeout, hidden)
        else:
            given = handed(target.declared, target.chosen, others)
            report = _smoked(target, what, asked, given, hidden)
    return replace(report, notes=(*report.notes, *([UNTIMED] if target.untimed else [])))


def _subject(target: Target, engine: Engine | None) -> Subject:
    if engine is None:
        return subject.local(
            target.root,
            python=target.python,
            handler=target.handler,
            timeout=target.timeout,
            declared=target.declared,
        )
    return subject.of_image(
        engine,
        target.image,
        handler=target.handler,
        timeout=target.timeout,
        declared=target.declared,
        architecture=target.architecture,
    )


@contextmanager
def _others(target: Target, engine: Engine | None) -> Iterator[Mapping[str, str]]:
    """The variables that nobody chose, for as long as what stands behind them is there."""
    if not target.environment:
        yield target.variables
        return
    with provided(
        target.environment,
        python=target.python,
        folder=target.folder,
        timeout=target.timeout,
        told={HOST: engine.host() if engine else LOOPBACK},
    ) as variables:
        yield {**variables, **target.variables}


def _probes(target: Target, values: Mapping[str, str]) -> tuple[Probe, ...]:
    try:
        asked = probes.load(target.probes, {**os.environ, **values})
    except probes.ProbeError as exc:
        raise CannotLook(str(exc)) from exc
    return tuple(map(_untimed, asked)) if target.untimed else asked


def _untimed(probe: Probe) -> Probe:
    return replace(probe, expect=replace(probe.expect, within_ms=None))


def _smoked(
    target: Target,
    what: Subject,
    asked: tuple[Probe, ...],
    given: Variables,
    hidden: tuple[str, ...],
) -> Report:
    attempts = ask_all(partial(what.make, given.given), asked, target.gateways, hidden)
    findings = summary.findings(
        attempts,
        ways=len(target.gateways) * len(TEMPERATURES),
        check=NAME,
        handler=target.handler,
        file=_handler_file(target),
        probes=target.probes,
    )
    return Report(
        NAME,
        findings=tuple(findings),
        notes=(
            *summary.notes(attempts, (probe.name for probe in asked)),
            *what.notes,
            *_about_template(target, given),
        ),
        cases=tuple(Case(one.name, one.reasons, one.elapsed_ms) for one in attempts),
    )


def _about_template(target: Target, given: Variables) -> Iterator[str]:
    if given.left_out:
        yield f"not handed over, as the template does not: {', '.join(given.left_out)}"
    if target.declared and not target.declared.gateways:
        called = ", ".join(one.name for one in target.gateways)
        yield f"the template says of nothing that calls it; called as by {called}"


def _handler_file(target: Target) -> Path | None:
    module, _, _ = target.handler.rpartition(".")
    file = target.root.joinpath(*module.split(".")).with_suffix(".py")
    return file if file.is_file() else None
