"""Which version `gate rollback` goes back to, told by what CodeDeploy or the alias remembers."""

from datetime import UTC, datetime

import pytest

from gate.deployed import history
from gate.deployed.codedeploy import Deployment


def went(*moves: tuple[int, int] | tuple[int, int, str]) -> list[Deployment]:
    """Deployments from version to version, the newest first as CodeDeploy lists them."""
    return [
        Deployment(
            id=f"d-{minute}",
            status=str((*move, "Succeeded")[2]),
            created=datetime(2026, 1, 1, 0, minute, tzinfo=UTC),
            current=str(move[0]),
            target=str(move[1]),
        )
        for minute, move in reversed(list(enumerate(moves)))
    ]


# Deployments, the version with the traffic, the one to go back to; versions 1 to 6 are published.
CASES = {
    "nothing is known": ([], 6, 5),
    "nothing is before": ([], 1, None),
    "the one before": (went((1, 2), (2, 3)), 3, 2),
    "never one that failed": (went((1, 2), (2, 3, "Failed"), (2, 4)), 4, 2),
    "never one that was stopped": (went((1, 2, "Stopped"), (1, 3)), 3, 1),
    "one that failed once and succeeded then": (went((1, 2, "Failed"), (1, 2), (2, 3)), 3, 2),
    "never one that was left": (went((1, 2), (2, 3), (3, 2), (2, 4)), 4, 2),
    "twice goes back two": (went((1, 2), (2, 3), (3, 2)), 2, 1),
    "one that was left and came back": (went((1, 2), (2, 1), (1, 2), (2, 3)), 3, 2),
    "one that no deployment knows last": (went((1, 3), (3, 5)), 5, 3),
    "one that still runs says nothing": (went((1, 2), (2, 3), (3, 4, "InProgress")), 3, 2),
    "all that is known failed": (went((3, 4, "Failed")), 4, 3),
}


@pytest.mark.parametrize("what", CASES)
def test_the_version_that_was_good_before(what: str) -> None:
    deployments, current, expected = CASES[what]
    assert history.previous(current, range(1, 7), deployments, "") == expected


def test_an_alias_remembers_what_was_left() -> None:
    description = history.marked("of the backend", 6)
    assert description == "of the backend gate rollback: left 6"
    description = history.marked(description, 4)
    assert description == "of the backend gate rollback: left 6 4"
    assert history.previous(7, range(1, 8), [], description) == 5
    assert history.previous(5, range(1, 8), [], history.marked("", 4)) == 3


def test_a_description_stays_within_the_limit_of_lambda_and_keeps_the_mark() -> None:
    description = ""
    for number in range(100_000, 100_200):
        description = history.marked(description, number)
    assert len(description) <= history.DESCRIPTION_LIMIT
    assert history.left(description) == set(range(100_170, 100_200))
    assert history.left(history.marked("x" * 256, 7)) == {7}
