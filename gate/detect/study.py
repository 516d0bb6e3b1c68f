"""A stage's incidents and noise, played against what watches it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gate.detect import noise, results, telling
from gate.detect.model import Watch
from gate.detect.play import Fault, Setting, play
from gate.detect.results import Result
from gate.rehearsals import WITH_TRAFFIC, Incident, Signals

WAKES = ("login", "start-up")  # kinds that somebody must be woken for: a ticket is not enough
SHORTEST, LONGEST = 900.0, 2400.0  # seconds that an incident is followed
BATCH = 1000  # runs that are held in memory at once


@dataclass(frozen=True)
class Case:
    """An incident to play, the seconds in which people must be told (p95), and the alarms that
    must fire, without their prefix. `shifting` is one that comes with a deployment, and is
    judged while that moves the traffic."""

    name: str
    signals: Signals
    limit: float
    alarms: tuple[str, ...] = ()
    shifting: bool = False
    file: Path | None = None

    @property
    def wakes(self) -> bool:
        """Whether a page must tell, at any hour; else by day, when there are calls, and anybody."""
        return self.signals.kind in WAKES and not self.shifting


# The goals of the watch itself: they hold whatever incidents a repository has written down.
REFERENCE = (
    Case("login answers wrongly", Signals("login", probes={"login": 1.0}), limit=120.0),
    Case(
        "the function does not start",
        Signals("start-up", start_failures="Runtime.ImportModuleError"),
        limit=60.0,
    ),
)
FALSE_PAGES = 1.0  # a year; as many or more are too many


def cases(incidents: Iterable[Incident]) -> tuple[Case, ...]:
    """The reference cases, and the incidents that reach traffic."""
    return (
        *REFERENCE,
        *(
            Case(
                name=one.name,
                signals=one.signals,
                limit=one.stopped.within_seconds,
                alarms=one.stopped.alarms,
                shifting=one.stopped.by == "shift",
                file=one.file,
            )
            for one in incidents
            if one.stopped.by in WITH_TRAFFIC
            and one.signals is not None
            and one.stopped.within_seconds is not None
        ),
    )


def incident(case: Case, watch: Watch, setting: Setting, seed: int) -> Result:
    """The result of one case; raises CannotLook for an alarm that cannot be played."""
    after = min(max(SHORTEST, case.limit + 300), LONGEST)
    setting = replace(setting, after=after, by_day=not case.wakes)
    fault = Fault(case.signals, shift=watch.shift if case.shifting else None)
    played = play(fault, setting, (seed, *case.name.encode()))
    told = {**telling.tell(watch, played), **telling.by_rules(watch, played)}
    return results.of_incident(played, told, watch, page=case.wakes)


def false_alarms(
    watch: Watch, setting: Setting, seed: int
) -> Iterator[tuple[str, Mapping[str, float]]]:
    """The messages a year that nothing deserved: each kind of noise, and them by severity."""
    batches = max(1, setting.runs // BATCH)
    for number, kind in enumerate(noise.kinds(setting.assumed, setting.canary_period)):
        quiet = replace(setting, runs=setting.runs // batches, after=kind.window)
        played = (play(kind.fault, quiet, (seed, number, batch)) for batch in range(batches))
        counts = [results.false_alarms(telling.tell(watch, one)) for one in played]
        yield (
            kind.name,
            {
                severity: kind.per_year * sum(count[severity] for count in counts) / batches
                for severity in counts[0]
            },
        )
