"""Two commands, run in turn on one machine, and the ratio of their times."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_LINES = 5


class BenchError(Exception):
    """A command failed: there is nothing to compare; one line that says which and why."""


@dataclass(frozen=True)
class Command:
    """A command line and the folder that it runs in."""

    words: tuple[str, ...]
    folder: Path = ROOT

    def seconds(self) -> float:
        """Run it once; return how long it took. Raises BenchError."""
        start = time.perf_counter()
        done = subprocess.run(
            self.words,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        elapsed = time.perf_counter() - start
        if done.returncode:
            said = " / ".join((done.stdout + done.stderr).splitlines()[-LAST_LINES:])
            raise BenchError(f"{' '.join(self.words)[:80]} ended with {done.returncode}: {said}")
        return elapsed


@dataclass(frozen=True)
class Comparison:
    """What was measured: seconds of each round, side by side."""

    subject: tuple[float, ...]
    baseline: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        return [one / other for one, other in zip(self.subject, self.baseline, strict=True)]

    @property
    def ratio(self) -> float:
        """The median ratio."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the ratios."""
        first, _, third = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return first, third


def compare(subject: Command, baselines: Sequence[Command], rounds: int) -> Comparison:
    """Run all of them in turn, round after round; the slower of the baselines counts.

    The first round warms the caches and is not counted. Raises BenchError.
    """
    seen: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        baseline = max(one.seconds() for one in baselines)
        seen.append((subject.seconds(), baseline))
    counted = seen[1:]
    return Comparison(tuple(one for one, _ in counted), tuple(other for _, other in counted))
