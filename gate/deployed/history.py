"""Which version was good before the one that has the traffic."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gate.deployed.codedeploy import RUNNING, SUCCEEDED, Deployment

# Where no CodeDeploy remembers, the alias does: in its description.
MARK = "gate rollback: left "
DESCRIPTION_LIMIT = 256  # Lambda's
REMEMBERED = 30  # versions that were left, the newest: they fit with up to six digits each
_MARKED = re.compile(rf"{MARK}([\d ]+)")


def previous(
    current: int, published: Sequence[int], deployments: Sequence[Deployment], description: str
) -> int | None:
    """The newest version below `current` that had the traffic and was not left for being bad.

    Below: going back twice goes back two versions, never to the one that was just left. A
    version that no deployment tells of is taken where none is known to have been good.
    """
    good, bad = _judged(deployments)
    bad |= left(description)
    below = [number for number in published if number < current and number not in bad]
    return max([number for number in below if number in good] or below, default=None)


def _judged(deployments: Sequence[Deployment]) -> tuple[set[int], set[int]]:
    """Versions that had the traffic, and those that failed to get or to keep it."""
    good: set[int] = set()
    bad: set[int] = set()
    for one in sorted(deployments, key=lambda one: one.created):
        if not (one.current and one.target) or one.status in RUNNING:
            continue
        current, target = int(one.current), int(one.target)
        if one.status != SUCCEEDED:
            bad |= {target} - good
            continue
        had, lost = ({target}, {current}) if one.goes_back else ({current, target}, set[int]())
        good, bad = (good | had) - lost, (bad | lost) - had
    return good, bad


def left(description: str) -> set[int]:
    """The versions that an alias's description says were left."""
    found = _MARKED.search(description)
    return {int(number) for number in found.group(1).split()} if found else set()


def marked(description: str, number: int) -> str:
    """The description with one more version that was left: the mark whole, the rest as it fits."""
    numbers = sorted(left(description) | {number}, reverse=True)[:REMEMBERED]
    mark = MARK + " ".join(str(one) for one in numbers)
    before = _MARKED.sub("", description).strip()[: DESCRIPTION_LIMIT - len(mark) - 1]
    return f"{before} {mark}".strip()
