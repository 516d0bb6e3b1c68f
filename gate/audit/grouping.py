"""What belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def groups(members: Sequence[T], pairs: Iterable[tuple[T, T]]) -> list[list[T]]:
    """Return the members in groups: those that a chain of pairs joins are in one."""
    of = {member: [member] for member in members}
    for first, second in pairs:
        if of[first] is not of[second]:
            joined = of[first] + of[second]
            of.update(dict.fromkeys(joined, joined))
    unique = {id(group): group for group in of.values()}
    return [[one for one in members if one in group] for group in unique.values()]
