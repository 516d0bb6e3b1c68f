"""The function answers every probe, in the real Runtime Interface Emulator or behind a URL."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import probes
from gate.allowances import Allowances
from gate.report import CannotLook, Case, Report
from gate.rie import over_http, subject, summary
from gate.rie.asking import ask_all
from gate.rie.attempt import TEMPERATURES
from gate.rie.engine import Engine
from gate.rie.image_subject import Wanted, of_image
from gate.rie.provided import provided
from gate.rie.subject import Subject
from gate.rie.target import Target, add_options, target
from gate.rie.variables import Variables, handed
from probes import Probe

__all__ = ["HELP", "NAME", "Target", "add_options", "check", "target"]

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
            allowances=Allowances(NAME, target.allowed, target.file),
        )
    wanted = Wanted(
        handler=target.handler,
        configured=target.configured,
        timeout=target.timeout,
        declared=target.declared,
        architecture=target.architecture,
        source=target.root,
    )
    return of_image(engine, target.image, wanted)


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
    return tuple(probe.untimed() for probe in asked) if target.untimed else asked


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
        handler=what.handler,
        file=_handler_file(target.root, what.handler),
        probes=target.probes,
        scene=what.scene,
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


def _handler_file(root: Path, handler: str) -> Path | None:
    module, _, _ = handler.rpartition(".")
    file = root.joinpath(*module.split(".")).with_suffix(".py") if module else root
    return file if file.is_file() else None
