"""A function to smoke, and what it is asked, from the command line and the settings."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gate.allowances import Allowance
from gate.config import Config
from gate.report import CannotLook
from gate.rie import template, wanted
from gate.rie.template import Declared
from probes import Gateway

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

    `handler` is the handler command; of an image, what the command line says, and `configured`
    what the settings say (both may be empty: it has one of its own).
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
    configured: str = ""
    declared: Declared | None = None
    gateways: tuple[Gateway, ...] = ()
    architecture: str = ""
    environment: str = ""
    untimed: bool = False
    allowed: tuple[Allowance, ...] = ()
    file: Path | None = None
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
    handler, written = _handler(options, declared, config)
    return Target(
        root=config.root if elsewhere else config.source_root,
        handler=handler,
        configured=written,
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
        allowed=config.smoke_allow,
        file=None if config.elsewhere else config.file,
        chosen=chosen,
        variables=config.env,
    )


def _handler(
    options: argparse.Namespace, declared: Declared | None, config: Config
) -> tuple[str, str]:
    if options.url:
        return "", ""
    if options.image:
        return wanted.of_image(options.handler, declared, config)
    return wanted.handler(options.handler, declared, config), ""


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
