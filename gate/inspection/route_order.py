"""Order of routes where it counts: where one request could be answered by two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from gate.inspection.overlap import REST, Segment, overlap, segments_of

FEW = 8  # routes that are compared each with each

Pair = tuple[int, int]
Route = tuple[int, tuple[Segment, ...]]


def moved(names: Sequence[str], positions: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Return the routes that changed places with others that could answer in their stead.

    ``names`` are the routes in the order of one application, ``positions`` theirs in the other.
    Each is the index of a route, and the indices of those that it was moved past, on one side.
    """
    if list(positions) == sorted(positions):
        return []
    routes = [(at, segments_of(name)) for at, name in enumerate(names)]
    pairs = {
        (first, second)
        for first, second in map(sorted, _candidates(routes, 0))
        if positions[first] > positions[second] and overlap(names[first], names[second])
    }
    return sorted(_by_route(pairs))


def _by_route(pairs: set[Pair]) -> Iterator[tuple[int, list[int]]]:
    """Name the fewest routes: the one that was moved past most of the others first."""
    left = set(pairs)
    while left:
        # (route, whether it was the first of the pair) → how many it was moved past
        sides = Counter((pair[side], side) for pair in sorted(left) for side in (0, 1))
        (route, side), _ = sides.most_common(1)[0]
        gone = {pair for pair in left if pair[side] == route}
        yield route, sorted(pair[1 - side] for pair in gone)
        left -= gone


def _candidates(routes: list[Route], depth: int) -> Iterator[Pair]:
    """Yield the pairs that may have a path in common, without comparing each with each."""
    fixed: dict[str, list[Route]] = {}
    open_ended: list[Route] = []
    for route in routes:
        segment = _segment(route[1], depth)
        group = fixed.setdefault(segment, []) if isinstance(segment, str) else open_ended
        group.append(route)
    if len(routes) <= FEW or not fixed:
        yield from combinations((at for at, _ in routes), 2)
        return
    yield from combinations((at for at, _ in open_ended), 2)
    for group in fixed.values():
        yield from _candidates([*group, *open_ended], depth + 1)


def _segment(segments: tuple[Segment, ...], depth: int) -> Segment:
    """Return what a path needs at ``depth``; a path that has ended is open: it ends the search."""
    return REST if REST in segments[: depth + 1] or depth >= len(segments) else segments[depth]
