"""Walks the road with each incident, two at a time, beside the whole tree as the measure."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gate.rehearsals import STAGES, WITH_TRAFFIC, Incident, World
from gate.rehearsing import told, tree
from gate.rehearsing.commands import Commands, Outcome, Stopped
from gate.rehearsing.road import Road, Step
from gate.report import CannotLook

AT_ONCE = 2
REASON = re.compile(r"FAILED |ERROR |[\w-]+: ")  # as pytest, the CDK and the gate begin one
WHOLE = "whole"
FOUND = 1  # a check's exit code

Say = Callable[[str], None]


@dataclass(frozen=True)
class Walked:
    """The steps that an incident touches, with what they said; the last one stops it, or none."""

    incident: Incident
    asked: tuple[tuple[Step, Outcome], ...]

    @property
    def stop(self) -> Step | None:
        """The step that stopped it."""
        return next((step for step, outcome in self.asked if not outcome.passed), None)

    @property
    def stage(self) -> str:
        """The stage that stopped it, or nothing."""
        return self.stop.stage if self.stop else ""

    @property
    def said(self) -> str:
        """The last words of the last step."""
        return self.asked[-1][1].said if self.asked else ""

    @property
    def why(self) -> str:
        """The line of these words that says why, as far as a line can be told from others."""
        lines = self.said.splitlines() or [""]
        return next(filter(REASON.match, lines), lines[0]).strip()

    @property
    def seconds(self) -> float:
        """What its steps took."""
        return sum(outcome.seconds for _, outcome in self.asked)

    @property
    def in_time(self) -> bool:
        """Whether the stage that stopped it is one that may."""
        latest = STAGES.index(self.incident.stopped.by)
        return bool(self.stage) and STAGES.index(self.stage) <= latest

    def __str__(self) -> str:
        """One line for people."""
        by = f"stopped by {self.stage} ({self.stop.name})" if self.stop else "not stopped"
        return f"{self.incident.name}: {by}, {self.seconds:.1f} s\n  | {self.why}"


class Walk:
    """One run of rehearsals.

    Args:
        root: the checkout.
        folder: where the copies of it go.
        road: what is walked.
        say: told of each outcome.
    """

    def __init__(self, root: Path, folder: Path, road: Road, say: Say) -> None:
        self._root, self._folder, self._road, self._say = root, folder, road, say
        self._files = tree.files(root)
        self._commands = Commands(folder)
        self._steps: tuple[Step, ...] = ()
        self._numbers: Iterator[int] = count(1)
        self._whole: dict[str, Future[Outcome]] = {}

    def all(self, incidents: Sequence[Incident]) -> list[Walked]:
        """Walk with every incident; raises CannotLook when the whole tree does not pass."""
        self._steps = self._road.wanted(incidents)
        self._whole = {step.name: Future() for step in self._steps}
        with self._pool() as pool:
            measure = pool.submit(self._walk_whole)  # first: the others wait for what it says
            walks = [pool.submit(self._walk, one) for one in incidents]
            try:
                return [walk.result() for walk in walks]
            except Stopped:
                measure.result()  # says why
                raise

    @contextmanager
    def _pool(self) -> Iterator[ThreadPoolExecutor]:
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            yield pool
        except BaseException:
            self._commands.end()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _walk_whole(self) -> None:
        place = tree.copy(self._root, self._files, self._folder / WHOLE)
        try:
            for step in self._steps:
                outcome = self._commands.run(step, place, World())
                if not (outcome.passed or (step.tells and outcome.code == FOUND)):
                    raise CannotLook(
                        f"the tree as it is does not pass {step.stage} ({step.name}): "
                        f"{outcome.last}; mend it first"
                    )
                self._say(f"unbroken, {step.stage}, {step.name}: {outcome.seconds:.1f} s")
                self._whole[step.name].set_result(outcome)
        finally:
            for waited_for in self._whole.values():
                if not waited_for.done():
                    waited_for.set_exception(Stopped())

    def _walk(self, incident: Incident) -> Walked:
        place = tree.copy(self._root, self._files, self._folder / incident.name)
        try:
            tree.apply(incident, place)
            walked = Walked(incident, tuple(self._asked(incident, place)))
        finally:
            shutil.rmtree(place, ignore_errors=True)
        self._say(f"{next(self._numbers)}. {walked}")
        return walked

    def _asked(self, incident: Incident, place: Path) -> Iterator[tuple[Step, Outcome]]:
        """The steps that the incident touches, up to the one that stops it."""
        for step in self._steps:
            self._whole[step.name].result()  # what says no to the whole tree says nothing here
            if not step.is_touched_by(incident):
                self._lend(step, place)
                continue
            outcome = self._commands.run(step, place, incident.world)
            if step.tells:
                continue
            yield step, outcome
            if not outcome.passed:
                return
        if incident.stopped.by in WITH_TRAFFIC:
            report = place / self._road.told if self._road.told else None
            yield told.asked(incident, place / self._road.assembly, report)

    def _lend(self, step: Step, place: Path) -> None:
        """Give a broken tree what this step makes of the whole one: it would be the same."""
        for made in step.makes:
            (place / made).parent.mkdir(parents=True, exist_ok=True)
            (place / made).symlink_to(self._folder / WHOLE / made)
