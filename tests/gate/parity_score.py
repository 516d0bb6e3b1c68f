"""How many pairs of the catalogue were judged rightly: a test records it, the summary says it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

RUN, READ = "parity at run time", "parity by reading"
RIGHT, UNDECIDED, WRONG = "right", "undecided", "wrong"

Record = Callable[[str, object], None]


def write(reporter: pytest.TerminalReporter) -> None:
    """Say the score of each way to judge, in one line."""
    scores: dict[str, Counter[object]] = defaultdict(Counter)
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            for name, verdict in getattr(report, "user_properties", ()):
                if name in (RUN, READ):
                    scores[name][verdict] += 1
    for name, score in scores.items():
        total = sum(score.values())
        share = f"{score[UNDECIDED]} undecided ({score[UNDECIDED] / total:.0%}), "
        reporter.write_line(
            f"{name}: {score[RIGHT]} of {total} judged right, "
            f"{share if name == READ else ''}{score[WRONG]} wrong"
        )
