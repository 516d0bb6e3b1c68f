"""Which routes changed places with others that could answer in their stead."""

from __future__ import annotations

import random
import time
from itertools import combinations

import pytest

from gate.inspection.overlap import overlap
from gate.inspection.route_order import moved

SEGMENTS = ("a", "b", "7", "{x}", "{x:int}", "{x:path}")


@pytest.mark.parametrize(
    ("names", "positions", "expected"),
    [
        (["GET /a", "GET /b"], [1, 0], []),
        (["GET /a/me", "GET /a/{x}"], [0, 1], []),
        (["GET /a/me", "GET /a/{x}"], [1, 0], [(0, [1])]),
        (["GET /a", "GET /b", "GET /{x:path}"], [1, 2, 0], [(2, [0, 1])]),
        (["GET /{x:path}", "GET /a", "GET /b"], [2, 0, 1], [(0, [1, 2])]),
        (["GET /a/b", "GET /a/{x}", "GET /c/d", "GET /c/{x}"], [1, 0, 3, 2], [(0, [1]), (2, [3])]),
    ],
)
def test_the_fewest_routes_are_named(
    names: list[str], positions: list[int], expected: list[tuple[int, list[int]]]
) -> None:
    assert moved(names, positions) == expected


@pytest.mark.parametrize("seed", range(20))
def test_no_pair_is_overlooked(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - cases, not secrets
    names = sorted({_route(chance) for _ in range(60)})
    positions = chance.sample(range(len(names)), len(names))
    pairs = {
        (first, second)
        for first, second in combinations(range(len(names)), 2)
        if positions[first] > positions[second] and overlap(names[first], names[second])
    }
    found = {
        (min(route, other), max(route, other))
        for route, others in moved(names, positions)
        for other in others
    }
    assert found == pairs


def _route(chance: random.Random) -> str:
    depth = chance.randint(1, 4)
    path = "".join(f"/{chance.choice(SEGMENTS)}" for _ in range(depth))
    return f"{chance.choice(('GET', 'POST', 'mount', 'any method'))} {path}"


def test_thousands_of_routes_in_another_order_take_no_time() -> None:
    names = [f"GET /api/v1/g{group}/{at}/{{name}}" for group in range(50) for at in range(100)]
    started = time.monotonic()
    assert moved(names, range(len(names), 0, -1)) == []
    assert time.monotonic() - started < 5
