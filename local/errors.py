"""What can go wrong on the local road, with what to do about it."""

from __future__ import annotations


class RoadError(Exception):
    """The road stops here: the reason, and what to do.

    `exit_code` follows the gate's contract: 1 when the road found something wrong with the
    release, 2 when it could not look.
    """

    exit_code = 1

    def __init__(self, reason: str, todo: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.todo = todo


class CannotRun(RoadError):  # noqa: N818 - the name says what happened, as CannotLook does
    """The road could not be walked at all: a missing program, a taken port, a broken file."""

    exit_code = 2
