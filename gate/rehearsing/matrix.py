"""The matrix incident and stage of the road, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.rehearsals import STAGES
from gate.rehearsing.walk import Walked

PASSED, UNTOUCHED, STOPS, LATE, UNSEEN = "passes", "·", "STOPS", "LATE", "UNSEEN"
NAME = "incident"
LEGEND = f"{PASSED}: judged and let on; {UNTOUCHED}: judges nothing that is broken"


def lines(walks: Sequence[Walked]) -> Iterator[str]:
    """One line an incident: what each stage made of it, and which step stopped it."""
    width = max(len(NAME), *(len(walk.incident.name) for walk in walks))
    yield _line(NAME, STAGES, "by, seconds of the run", width)
    for walk in walks:
        by = walk.stop.name if walk.stop else "-"
        last = f"{by}, {walk.seconds:.1f}" if walk.seconds else by
        yield _line(walk.incident.name, [_cell(walk, stage) for stage in STAGES], last, width)
    yield LEGEND


def _line(name: str, cells: Sequence[str], last: str, width: int) -> str:
    return f"{name:<{width}}  {' '.join(f'{cell:<7}' for cell in cells)} {last}"


def _cell(walk: Walked, stage: str) -> str:
    if stage == walk.stage:
        return STOPS if walk.in_time else LATE
    if not walk.stage and stage == walk.incident.stopped.by:
        return UNSEEN
    asked = [step.stage for step, _ in walk.asked]
    reached = max(map(STAGES.index, [*asked, walk.stage or walk.incident.stopped.by]))
    if STAGES.index(stage) > reached:
        return ""
    return PASSED if stage in asked else UNTOUCHED
