"""What a probe is, what an answer is, and what can be wrong with either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

# What calls a function, and in which form: see `probes.gateway`.
Kind = Literal["http_api_v2", "http_api_v1", "rest_v1", "function_url", "alb", "alb_multi_value"]

# What a function's return can be, other than an answer.
Defect = Literal["function-error", "timeout", "empty", "malformed", "too-large"]

USER_AGENT = "release-gate-probe"


class ProbeError(Exception):
    """The probes cannot be used as they are written; one line that says what to do."""


class NoAnswer(Exception):  # noqa: N818 - the name says what happened
    """Nothing answered, or not wholly and in time; one line that says why."""


class BadAnswer(Exception):  # noqa: N818 - the name says what happened
    """A function returned something that its caller would not turn into its response.

    `defect` tells the kinds apart. The message may quote the function: redact it before it
    is shown.
    """

    def __init__(self, defect: Defect, reason: str) -> None:
        super().__init__(reason)
        self.defect = defect


@dataclass(frozen=True)
class Expect:
    """What a right answer has. Values stay out of the repr: they may be secrets."""

    status: int
    json: Json = field(default=None, repr=False)  # these members, with these values
    json_has: tuple[str, ...] = ()  # present and not empty; dots reach into objects
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # lower-case names
    within_ms: float | None = None


@dataclass(frozen=True)
class Probe:
    """One request and the answer that it must get.

    `path` is a request target, percent-encoded, with its query. `secrets` are the values that
    were filled in: nothing that is shown may contain them, the repr included. `then` makes the
    request that a right answer leads to, and raises ProbeError where the answer does not serve.
    """

    name: str
    method: str
    path: str = field(repr=False)
    expect: Expect
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # lower-case names
    body: bytes | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    then: Callable[[Answer], Probe] | None = field(default=None, repr=False, compare=False)
    step: str = ""  # of a request that follows another: which; it begins every reason

    def untimed(self) -> Probe:
        """The same, and whatever follows it, however long the answers take."""
        then = self.then
        return replace(
            self,
            expect=replace(self.expect, within_ms=None),
            then=(lambda answer: then(answer).untimed()) if then else None,
        )


@dataclass(frozen=True)
class Answer:
    """What a client received. Header names are lower-case; the time is our own clock's."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed_ms: float
