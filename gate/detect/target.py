"""What is to be played, in plain values: this needs neither numpy nor matplotlib."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CALLS_PER_SECOND = 1.0  # of users, by day
PLOTS = (".svg", ".png")


@dataclass(frozen=True)
class Target:
    """The stage and its assembly, the incidents, and how often each is played."""

    stage: str
    assembly: Path
    rehearsals: Path | None
    probes: tuple[str, ...]
    runs: int
    seed: int
    calls_per_second: float = CALLS_PER_SECOND
    plot: Path | None = None
