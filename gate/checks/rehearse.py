"""Every incident of ``rehearsals/`` is stopped, and no later than its file says."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gate import rehearsals
from gate.config import Config
from gate.formats import printable
from gate.rehearsals import Incident
from gate.rehearsing import matrix, road
from gate.rehearsing.walk import Walk, Walked
from gate.report import Case, Finding, Report, place

NAME = "rehearse"
HELP = """\
Break a copy of the tree in the way of each incident of rehearsals/, walk the road of one change
(rehearsals/_road.toml), and say which stage stops it. One that no stage stops, or a later one than
its file says, is a finding. Takes minutes.

examples:
  gate rehearse
  gate rehearse ris-050-models ris-050-handler
"""
READABLE = 0o755  # the function of a smoke test is another user


@dataclass(frozen=True)
class Target:
    """The checkout, and the incidents that are rehearsed in it."""

    root: Path
    road: road.Road
    incidents: tuple[Incident, ...]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this check alone."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="an incident; default: all")


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be rehearsed; raises CannotLook."""
    root = config.file.parent if config.file else Path.cwd()
    folder = root / rehearsals.FOLDER
    way = road.load(folder)
    return Target(root, way, way.sorted(rehearsals.load(folder, options.names)))


def check(target: Target) -> Report:
    """Rehearse; raises CannotLook when the whole tree does not pass, or an edit finds nothing."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="rehearse-"))
    folder.chmod(READABLE)
    try:
        walks = Walk(target.root, folder, target.road, _say).all(target.incidents)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Report(
        NAME,
        findings=tuple(_finding(walk) for walk in walks if not walk.in_time),
        notes=(*matrix.lines(walks), _summary(walks, time.monotonic() - began)),
        cases=tuple(_case(walk) for walk in walks),
    )


def _say(text: str) -> None:
    """Progress goes to stderr; stdout is the report's."""
    sys.stderr.writelines(f"{printable(line)}\n" for line in text.splitlines())
    sys.stderr.flush()


def _summary(walks: Sequence[Walked], seconds: float) -> str:
    stopped = sum(walk.in_time for walk in walks)
    return f"{stopped} of {len(walks)} incidents stopped in time, {seconds:.0f} s"


def _finding(walk: Walked) -> Finding:
    incident, latest = walk.incident, walk.incident.stopped.by
    rule, what = "unseen", f"passes every stage; it may by {latest} at the latest"
    if walk.stop:
        rule = "late"
        what = f"is stopped by {walk.stage} ({walk.stop.name}), and may by {latest} at the latest"
    return Finding(
        f"{NAME}.{rule}",
        f"{incident.name} ({incident.title}) {what}",
        (place(incident.file),),
        "have a stage see it; rehearsals/_road.toml says what each of them runs",
        walk.said,
    )


def _case(walk: Walked) -> Case:
    reasons = () if walk.in_time else (_finding(walk).message,)
    return Case(walk.incident.name, reasons, walk.seconds * 1000)
