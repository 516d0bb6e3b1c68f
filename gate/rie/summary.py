"""What many attempts come to: findings, and lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from statistics import median

from gate.report import Finding, place, shown
from gate.rie.attempt import INIT_FAILED, Attempt

FIXES: Mapping[str, str] = {
    "init-failed": "make the handler's module import in a fresh process, with these variables",
    "died": "find what ends the process: an exit, a crash, memory",
    "too-large": "answer with less: Lambda lets 6 MB through, a load balancer 1 MB",
    "timeout": "find what it waits for, or give it more time: in the template, or by --timeout",
    "function-error": "let the handler answer errors itself: a raise is a 5xx without a body",
    "empty": "return an answer for every event, in every form",
    "malformed": "return what its caller expects: statusCode, headers, body, isBase64Encoded",
    "wrong-answer": "correct the application, or what {probes} expects",
}


def findings(
    attempts: Iterable[Attempt],
    *,
    ways: int,
    check: str,
    handler: str,
    file: Path | None,
    probes: Path,
) -> Iterator[Finding]:
    """One finding for each thing that is wrong, however many attempts show it.

    Args:
        attempts: what was tried, probe by probe.
        ways: in how many ways each probe is asked.
        check: the check's name, with which every rule begins.
        handler: the handler command.
        file: where the handler is, if that is known.
        probes: the file of the probes.
    """
    by_fault = attrgetter("fault", "reasons")
    wrong = sorted((one for one in attempts if one.fault), key=by_fault)
    for (fault, reasons), group in groupby(wrong, by_fault):
        same = list(group)
        init = fault == INIT_FAILED  # has to do with no probe
        who = f"{handler} does not initialise" if init else _names(same, ways)
        yield Finding(
            rule=f"{check}.{fault}",
            message=f"{who}: {'; '.join(reasons)}",
            places=(place(file),) if init and file else (),
            fix=FIXES[fault].format(probes=shown(probes)),
            detail=same[0].log,
        )


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
