"""What a play came to: distributions of times and users for an incident, alarms for noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gate.detect.assumptions import Floats
from gate.detect.model import PAGE, TICKET, Watch
from gate.detect.play import Play
from gate.detect.signals import user_fails
from gate.detect.telling import Told


@dataclass(frozen=True)
class Spread:
    """A distribution over the runs: quantiles of all of them, infinite where it never came.

    `share` is how many of the runs it came in at all.
    """

    p50: float
    p95: float
    most: float
    share: float


@dataclass(frozen=True)
class Result:
    """An incident's: seconds after it began until an alarm fired, until people were told, until
    the deployment was undone (`rollback`), and the calls of users that failed until then."""

    detect: Spread
    notify: Spread
    rollback: Spread | None
    users: Spread
    first: Mapping[str, float]  # alarm → share of the runs in which it was the first to tell
    fired: Mapping[str, Spread]  # alarm → when it fired
    times: Floats  # until people were told, by run


def of_incident(play: Play, told: Mapping[str, Told], watch: Watch, *, page: bool) -> Result:
    """The result of an incident; with `page` only pages count as telling."""
    fired = {name: _first(one.fired, play) for name, one in told.items() if one.fired.size}
    notified = {
        name: _first(one.told, play)
        for name, one in told.items()
        if one.told.size and (PAGE in one.severities or not page)
    }
    detect, notify = _earliest(fired.values(), play), _earliest(notified.values(), play)
    undone = _rollback(play, fired, watch)
    ended = notify if undone is None else np.where(np.isfinite(undone), undone, notify)
    return Result(
        detect=spread(detect),
        notify=spread(notify),
        rollback=None if undone is None else spread(undone),
        users=spread(_users(play, ended)),
        first=_first_to_tell(notified, notify),
        fired={name: spread(times) for name, times in fired.items() if np.isfinite(times).any()},
        times=notify,
    )


def false_alarms(told: Mapping[str, Told]) -> dict[str, float]:
    """The messages in a play, by severity: the mean of its runs."""
    counts = {PAGE: 0.0, TICKET: 0.0}
    for one in told.values():
        for severity in one.severities:
            counts[severity] += float(np.isfinite(one.told).sum() / len(one.told))
    return counts


def spread(times: Floats) -> Spread:
    """The distribution of one value by run."""
    p50, p95 = np.quantile(times, [0.5, 0.95], method="higher")
    return Spread(float(p50), float(p95), float(times.max()), float(np.isfinite(times).mean()))


def _first(times: Floats, play: Play) -> Floats:
    """The first of each run's, in seconds after the fault began; infinite where there is none."""
    first: Floats = np.where(np.isnan(times), np.inf, times).min(axis=1)
    return first - play.start


def _earliest(times: Iterable[Floats], play: Play) -> Floats:
    return np.asarray(np.min([np.full(len(play.start), np.inf), *times], axis=0))


def _rollback(play: Play, fired: Mapping[str, Floats], watch: Watch) -> Floats | None:
    """When the deployment was undone: one of its alarms fired before it was over."""
    shift = play.fault.shift
    if shift is None or watch.shift is None:
        return None
    first = _earliest((fired[name] for name in watch.shift.alarms if name in fired), play)
    over = shift.duration
    undone = first + play.setting.assumed.rollback.draw(play.rng, first.shape)
    return np.where(first <= over, undone, np.inf)


def _users(play: Play, until: Floats) -> Floats:
    """Calls that failed until then: their expected number, by run."""
    share = user_fails(play.fault.signals)
    until = np.minimum(until, play.setting.after)
    reached = play.traffic.reach.share(play.start, play.start + until) * until
    return play.traffic.rate * reached * share


def _first_to_tell(notified: Mapping[str, Floats], notify: Floats) -> dict[str, float]:
    shares = {
        name: float((np.isfinite(times) & (times == notify)).mean())
        for name, times in notified.items()
    }
    return {name: share for name, share in shares.items() if share}
