"""What a repository says twice: applications, commands, requirements, variables, probes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gate import config as configuration
from gate.allowances import Allowances
from gate.audit.files import files
from gate.audit.judges import applications, commands, probes, requirements, variables
from gate.audit.repository import Repository
from gate.audit.statements import Matter, Unread
from gate.config import Config
from gate.report import Finding, Report, shown

NAME = "audit"
HELP = """\
Read a whole repository, and list what it says twice: modules that build an application, commands
that start it, requirements that disagree, variables of which only one half is there, probes that no
route answers. Nothing is imported or run.

examples:
  gate audit
  gate audit ../another-repository --format json

What is meant to be two is said in [tool.gate] audit-allow, with a reason.
"""
SHOWN = 5

Judge = Callable[[Repository], Iterator[Matter | str]]
JUDGES: tuple[Judge, ...] = (
    applications.judge,
    commands.judge,
    requirements.judge,
    variables.judge,
    probes.judge,
)


@dataclass(frozen=True)
class Target:
    """The folder of a repository, and the settings that hold for it."""

    path: Path
    config: Config


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument(
        "path", metavar="PATH", nargs="?", help="the repository; default: that of [tool.gate]"
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be audited; raises CannotLook."""
    if options.path is None:
        return Target(config.file.parent if config.file else Path.cwd(), config)
    path = Path(options.path).absolute()
    return Target(path, _settings_of(path))


def _settings_of(path: Path) -> Config:
    """The settings of the repository itself, not of one that it happens to lie in."""
    found = configuration.load(path) if (path / "pyproject.toml").is_file() else None
    if found is not None and found.file is not None and found.file.parent == path:
        return found
    return Config(root=path, probes=path / "probes.toml")


def check(target: Target) -> Report:
    """Read the repository and judge it; raises CannotLook."""
    config = target.config
    allowances = Allowances(NAME, config.audit_allow, config.file)
    repository = Repository(files(target.path), config, allowances)
    findings: list[Finding] = []
    notes: list[str] = []
    for judge in JUDGES:
        for matter in judge(repository):
            if isinstance(matter, str):
                notes.append(matter)
            elif matter.guard:
                notes.append(f"guarded, {matter.guard}: {matter.message}")
            else:
                findings.append(_finding(matter))
    findings += allowances.unused()
    notes += [
        *allowances.notes(),
        *_unread(repository.unread),
        _looked_at(repository, target.path),
    ]
    return Report(NAME, tuple(findings), tuple(dict.fromkeys(notes)))


def _finding(matter: Matter) -> Finding:
    return Finding(matter.rule, matter.message, matter.places, matter.fix, matter.detail)


def _unread(unread: Iterable[Unread]) -> Iterator[str]:
    said = list(dict.fromkeys(f"{one.place}: {one.name}" for one in unread))
    yield from (f"not read: {one}" for one in said[:SHOWN])
    if len(said) > SHOWN:
        yield f"not read: {len(said) - SHOWN} files more"


def _looked_at(repository: Repository, path: Path) -> str:
    return f"{len(repository.files)} files below {shown(path)}"
