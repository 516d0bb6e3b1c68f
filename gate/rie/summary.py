"""What many attempts come to: findings, and lines for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from statistics import median

from gate.report import Finding, one_line, place, shown
from gate.rie import advice
from gate.rie.attempt import INIT_FAILED, Attempt
from gate.rie.reasons import asking
from gate.rie.reasons.scene import Scene

CAUSE_LENGTH = 200  # characters
# Whose reason is not the exception itself: that is in the log.
UNEXPLAINED = re.compile(
    r"status is 5\d\d, not [1-4]\d\d$|ended without a word$|Runtime exited \D*\d+\)$"
)


def findings(
    attempts: Iterable[Attempt],
    *,
    ways: int,
    check: str,
    handler: str,
    file: Path | None,
    probes: Path,
    scene: Scene | None = None,
) -> Iterator[Finding]:
    """One finding for each thing that is wrong, however many attempts show it.

    Args:
        attempts: what was tried, probe by probe.
        ways: in how many ways each probe is asked.
        check: the check's name, with which every rule begins.
        handler: the handler command.
        file: where the handler is, if that is known.
        probes: the file of the probes.
        scene: what is known of the function's files, by which more can be told.
    """
    by_fault = attrgetter("fault", "reasons")
    wrong = sorted((one for one in attempts if one.fault), key=by_fault)
    for (fault, reasons), group in groupby(wrong, by_fault):
        same = list(group)
        init = fault == INIT_FAILED  # has to do with no probe
        who = f"{handler} does not initialise" if init else _names(same, ways)
        log = same[0].log
        said = "; ".join(_explained(reasons, log))
        why = asking.reason(said, log, scene, starting=init) if scene else None
        yield Finding(
            rule=f"{check}.{fault}",
            message=f"{who}: {said}" + (f"; {why.why}" if why else ""),
            places=(place(file),) if init and file else (),
            fix=why.fix if why else advice.fix(fault, said, log if init else "", shown(probes)),
            detail=log,
        )


def _explained(reasons: Iterable[str], log: str) -> Iterator[str]:
    """Yield the reasons, with the exception that the log ends with where they do not say it."""
    cause = one_line(advice.cause(log))[:CAUSE_LENGTH]
    for reason in reasons:
        yield f"{reason} ({cause})" if cause and UNEXPLAINED.search(reason) else reason


def _names(attempts: Iterable[Attempt], all_ways: int) -> str:
    """Which probes, and in which of their attempts when it was not in all."""
    names = []
    for probe, group in groupby(attempts, attrgetter("probe")):
        ways = [one.way for one in group]
        names.append(probe if len(ways) == all_ways else f"{probe} ({', '.join(ways)})")
    return "; ".join(names)


def notes(attempts: Sequence[Attempt], names: Iterable[str]) -> Iterator[str]:
    """The times: of the init phases, and of each probe the longer of both event forms."""
    inits = [one.init_ms for one in attempts if one.init_ms is not None]
    if inits:
        yield f"init: {median(inits):.0f} ms, at most {max(inits):.0f} ms, {len(inits)} processes"
    for name in names:
        longest = {
            one.temperature: f"{one.temperature} {one.elapsed_ms:.0f} ms"
            for one in sorted(attempts, key=attrgetter("elapsed_ms"))
            if one.probe == name
        }
        yield f"{name}: {', '.join(sorted(longest.values())) or 'not asked'}"
