"""When each alarm of a watch fires in a play, and when somebody is told; composites included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.detect import rules, suppression
from gate.detect.assumptions import Floats
from gate.detect.evaluate import Course, States, course
from gate.detect.expressions import CannotEvaluate
from gate.detect.grammar import CannotParse
from gate.detect.model import CompositeAlarm, Watch
from gate.detect.play import WARM, Play
from gate.detect.states import State
from gate.report import CannotLook

BEFORE = 120  # seconds before the fault from which composites are followed


@dataclass(frozen=True)
class Told:
    """One alarm's part in a play.

    `fired` is when it went into ALARM after the fault, `told` when people had the message: by
    run, as often as it happened, NaN elsewhere. `told` has no columns where nobody is told.
    """

    fired: Floats
    told: Floats
    severities: tuple[str, ...]


def tell(watch: Watch, play: Play) -> Mapping[str, Told]:
    """What became of every alarm, by name.

    Raises:
        CannotLook: an alarm says what the simulation does not know.
    """
    courses: dict[str, Course] = {}
    for name, alarm in watch.alarms.items():
        with _named(name):
            courses[name] = course(alarm, play, watch.logs)
    told = {
        name: _told(courses[name].rises(play.start), alarm.severities, play)
        for name, alarm in watch.alarms.items()
    }
    seconds = _Seconds(watch, play, courses)
    for name, composite in watch.composites.items():
        with _named(name):
            told[name] = seconds.told(composite)
    return told


@contextmanager
def _named(alarm: str) -> Iterator[None]:
    try:
        yield
    except (CannotEvaluate, CannotParse) as exc:
        raise CannotLook(f"alarm {alarm}: {exc}; gate detect cannot play it") from exc


def _told(fired: Floats, severities: tuple[str, ...], play: Play) -> Told:
    reached = fired if severities else fired[:, :0]
    return Told(fired, reached + _delay(play, reached), severities)


def _delay(play: Play, times: Floats) -> Floats:
    return play.setting.assumed.notification.draw(play.rng, times.shape)


class _Seconds:
    """The states of all alarms second by second: composites follow their parts."""

    def __init__(self, watch: Watch, play: Play, courses: Mapping[str, Course]) -> None:
        self._watch, self._play, self._courses = watch, play, courses
        self._times = np.arange(WARM - BEFORE, play.horizon)
        self._states: dict[str, States] = {}

    def told(self, composite: CompositeAlarm) -> Told:
        """When a composite fires, and tells."""
        states = np.broadcast_to(
            self.states(composite.name), (len(self._play.start), len(self._times))
        )
        fired = self._changes(states, State.ALARM)
        lag = self._play.setting.assumed.composite.draw(self._play.rng, fired.shape)
        if not composite.suppressor:
            return _told(fired + lag, composite.severities, self._play)
        acts = self._acts(composite, states)
        severities = composite.severities
        return Told(fired + lag, _told(acts, severities, self._play).told, severities)

    def states(self, name: str) -> States:
        """The states of an alarm; one column where it is OK all the time."""
        if name not in self._states:
            self._states[name] = self._looked_up(name)
        return self._states[name]

    def _looked_up(self, name: str) -> States:
        if name in self._courses:
            quiet = self._courses[name].steady
            return np.zeros((1, 1), np.int8) if quiet else self._courses[name].at(self._times)
        if name not in self._watch.composites:
            raise CannotEvaluate(f"its rule names alarm {name}, which the stage does not have")
        rule = self._watch.composites[name].rule
        parts = {part: self.states(part) for part in rules.alarms_of(rule)}
        return np.where(rules.holds(rule, parts), np.int8(State.ALARM), np.int8(State.OK))

    def _changes(self, states: States, into: State) -> Floats:
        """When the states change into one, by run, from the fault on."""
        before = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
        changed = (states == into) & (before != into)
        rows, columns = np.nonzero(changed & (self._times >= self._play.start[:, None]))
        return _padded(rows, self._times[columns], len(states))

    def _acts(self, composite: CompositeAlarm, states: States) -> Floats:
        """When a composite with a suppressor acts on ALARM, by run."""
        silencer = np.broadcast_to(self.states(str(composite.suppressor)), states.shape)
        rows, times = [], []
        for row in range(len(states)):
            for when, state in suppression.actions(
                _sequence(states[row], self._times),
                _sequence(silencer[row], self._times),
                wait=composite.wait,
                extension=composite.extension,
            ):
                if state == State.ALARM and self._play.start[row] <= when < self._play.horizon:
                    rows.append(row)
                    times.append(when)
        return _padded(np.array(rows, dtype=np.int64), np.array(times), len(states))


def _sequence(states: States, times: Floats) -> list[suppression.Change]:
    changed = np.flatnonzero(np.diff(states, prepend=np.int8(State.OK)))
    return [(float(times[index]), State(int(states[index]))) for index in changed]


def _padded(rows: NDArray[np.int64], times: Floats, runs: int) -> Floats:
    """Times by row, in as many columns as the longest row needs; NaN behind the last."""
    counts = np.bincount(rows, minlength=runs)
    padded = np.full((runs, int(counts.max(initial=0))), np.nan)
    column = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    padded[rows, column.astype(np.int64)] = times
    return padded


def by_rules(watch: Watch, play: Play) -> Mapping[str, Told]:
    """What EventBridge's rules tell of the play's events, by the name of the rule."""
    told = {}
    shape = (len(play.start), 1)
    for event in play.fault.signals.events:
        for name, rule in watch.rules.items():
            if is_named(name, event):
                came = play.start[:, None] + play.setting.assumed.event.draw(play.rng, shape)
                told[name] = _told(came, rule.severities, play)
    return told


def is_named(name: str, short: str) -> bool:
    """Whether a name is the short one behind a stage's prefix."""
    return name == short or name.endswith(f"-{short}")
