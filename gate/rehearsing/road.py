"""The road that a rehearsal walks, as data: ``rehearsals/_road.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from gate.rehearsals import STAGES, Incident, World
from gate.report import CannotLook, shown
from gate.tables import WrongTable, made

FILE = "_road.toml"


@dataclass(frozen=True)
class Step:
    """A command of a stage; what it ends with, but for 0, stops the change.

    Args:
        stage: which one.
        name: what people call it.
        run: the command, in the folder of the tree; `{python}` is the one with the gate.
        reads: patterns of the files that it judges: of a tree that is broken elsewhere it says
            what it says of the whole one, and is not run again.
        makes: what later steps need of it.
        tells: whether it is one that tells of every incident at once, in the road's `told`: then
            1 stops nothing, and says that it found something.
        asks_world: whether it depends on an incident's [world].
        seconds: its limit.
    """

    stage: str
    name: str
    run: tuple[str, ...]
    reads: tuple[str, ...] = ("*",)
    makes: tuple[str, ...] = ()
    tells: bool = False
    asks_world: bool = False
    seconds: float = 300.0

    def is_touched_by(self, incident: Incident) -> bool:
        """Whether it may say another thing of the broken tree than of the whole one."""
        if self.asks_world and incident.world != World():
            return True
        return any(
            fnmatchcase(broken.file, pattern)
            for broken in incident.breaks
            for pattern in self.reads
        )


@dataclass(frozen=True)
class Road:
    """The steps in order, and the incidents that come first.

    `assembly` is where they leave the templates, `told` the gate's report, as JSON, on whom those
    templates tell.
    """

    assembly: str
    step: tuple[Step, ...]
    told: str = ""
    first: tuple[str, ...] = ()

    def sorted(self, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
        """The incidents in the order in which they are rehearsed and shown."""
        return tuple(sorted(incidents, key=lambda one: (one.name not in self.first, one.name)))

    def wanted(self, incidents: Iterable[Incident]) -> tuple[Step, ...]:
        """The steps that one of the incidents may be stopped by in time, and those that make."""
        asked = tuple(incidents)
        return tuple(
            step
            for step in self.step
            if any(
                STAGES.index(step.stage) <= STAGES.index(one.stopped.by)
                and (step.makes or step.is_touched_by(one))
                for one in asked
            )
        )


def load(folder: Path) -> Road:
    """Return the road of a folder of rehearsals; raises CannotLook."""
    file = folder / FILE
    try:
        road = made(Road, tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise CannotLook(f"{shown(file)}: cannot be read as TOML: {exc}") from exc
    except WrongTable as exc:
        raise CannotLook(f"{shown(file)}: {exc}") from exc
    stages = [step.stage for step in road.step]
    if unknown := [stage for stage in stages if stage not in STAGES]:
        raise CannotLook(f"{shown(file)}: no stage {unknown[0]!r}; there are {', '.join(STAGES)}")
    if stages != sorted(stages, key=STAGES.index):
        raise CannotLook(f"{shown(file)}: the steps stand in the order of {', '.join(STAGES)}")
    return road
