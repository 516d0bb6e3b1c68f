"""Every name that a function uses is defined: what is missing fails at the first request."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from gate.config import Config
from gate.inspection import failures
from gate.inspection.entry import (
    checked,
    checked_prepare,
    find_module,
    module_file,
    module_name,
)
from gate.inspection.runner import Failure, Interpreter, ask
from gate.report import Finding, Place, Report, place, some

NAME = "names"
HELP = """\
Import an entry point with everything that it loads on demand, and find names in its functions
that nothing defines or imports: each is a NameError of the first request that comes there. And
annotations of endpoints' parameters that are names alone: FastAPI takes these for the query's.

examples:
  gate names --candidate lazy_app:app --prepare lazy_app:load_all_routers
"""
NAMED = 3  # functions in a message


@dataclass(frozen=True)
class Target:
    """The entry point ``candidate``, and the function that loads what is loaded on demand.

    ``handler`` is the module of the handler command, which is read too; empty: none is.
    """

    interpreter: Interpreter = field(repr=False)
    candidate: str
    prepare: str = ""
    handler: str = ""
    note: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("--candidate", metavar="MODULE:APP", help="the entry point that is read")
    parser.add_argument(
        "--prepare", metavar="MODULE:FUNCTION", help="loads what is loaded on demand"
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be checked; raises CannotLook."""
    prepare, note = checked_prepare(options.prepare, config.prepare, config)
    return Target(
        Interpreter(config.source_root, config.python, config.timeout, config.env),
        candidate=options.candidate or config.candidate,
        prepare=prepare,
        handler=_handler(config),
        note=note,
    )


def _handler(config: Config) -> str:
    """Return the module of the handler command, where there is one: `gate handler` judges it."""
    module = config.handler_command.rpartition(".")[0].replace("/", ".")
    return module if module and find_module(config.source_root, module) else ""


def check(target: Target) -> Report:
    """Look for names that are not there when their line runs."""
    entry = checked(target.candidate, "--candidate")
    file = module_file(target.interpreter.root, module_name(entry))
    request = {"task": "undefined", "entry": entry, "prepare": target.prepare}
    request["handler"] = target.handler
    (answer,) = ask(target.interpreter, request)
    notes = (target.note,) if target.note else ()
    if isinstance(answer, Failure):
        return Report(NAME, (failures.finding(NAME, entry, answer, file),), notes)
    undefined = _findings(answer["undefined"])
    findings = (*undefined, *_annotations(answer["annotations"]))
    read = f"{answer['functions']} functions of {entry} use no name that is not there"
    return Report(NAME, findings, notes if findings else (*notes, read))


def _findings(undefined: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield one finding for each name of a file, however many functions use it."""
    for name, uses, places in _by_name(undefined):
        functions = list(dict.fromkeys(use["function"] for use in uses))
        verb = "uses" if len(functions) == 1 else "use"
        yield Finding(
            "names.undefined",
            f"{some(functions, NAMED)} {verb} {name}, which nothing defines: "
            "a NameError when the line runs",
            places=places,
            fix="import or define it in this module; for the type checker alone is not enough",
        )


def _annotations(unresolved: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield one finding for each annotation of a file, however many parameters have it."""
    for name, uses, places in _by_name(unresolved):
        parameters = list(dict.fromkeys(f"{use['parameter']} of {use['function']}" for use in uses))
        yield Finding(
            "names.annotation",
            f"{some(parameters, NAMED)}: its annotation {name} is no type when the "
            "route is made, so that FastAPI asks the query for it",
            places=places,
            fix="import it for code too, not for the type checker alone; or define it above",
        )


def _by_name(
    found: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[str, list[Mapping[str, Any]], tuple[Place, ...]]]:
    """Yield each name of a file, what was found of it, and where the first of these are."""
    for (file, name), rows in groupby(sorted(found, key=_file_and_name), _file_and_name):
        uses = list(rows)
        yield name, uses, tuple(place(Path(file), use["line"]) for use in uses[:NAMED])


def _file_and_name(use: Mapping[str, Any]) -> tuple[str, str]:
    return use["file"], use["name"]
