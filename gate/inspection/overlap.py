"""Whether two routes could answer one request."""

from __future__ import annotations

import re
from functools import lru_cache

PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")
# What Starlette's convertors match; any other convertor is taken to match every segment.
CONVERTORS = {
    "int": re.compile(r"[0-9]+"),
    "float": re.compile(r"[0-9]+(\.[0-9]+)?"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"),
}
ANY = re.compile(r"[^/]+")
REST = None  # a path parameter, or what is below a mount: any number of segments

ANY_REQUEST = {"mount", "host", "route"}  # a route of an unknown type may answer anything

Segment = str | re.Pattern[str] | None


def overlap(one: str, other: str) -> bool:
    """Whether the routes named ``GET /users/{id}`` or ``mount /static`` have a path in common."""
    (verb, path), (other_verb, other_path) = one.split(" ", 1), other.split(" ", 1)
    verbs = {verb, other_verb}
    if len(verbs) > 1 and not verbs & ANY_REQUEST and ("websocket" in verbs or "any" not in verbs):
        return False
    return _meet(_segments(verb, path), _segments(other_verb, other_path))


def segments_of(route: str) -> tuple[Segment, ...]:
    """Return what the path of a route needs, part by part; ``REST`` is any number of parts."""
    return _segments(*route.split(" ", 1))


@lru_cache(maxsize=16384)
def _segments(verb: str, path: str) -> tuple[Segment, ...]:
    if verb in ("host", "route"):
        return (REST,)
    path = path.removeprefix("method ")
    segments = tuple(_segment(part) for part in path.removeprefix("/").split("/"))
    return (*(part for part in segments if part), REST) if verb == "mount" else segments


def _segment(part: str) -> Segment:
    parameters = PARAMETER.findall(part)
    if not parameters:
        return part
    if any(convertor == "path" for _, convertor in parameters):
        return REST
    if PARAMETER.fullmatch(part):
        return CONVERTORS.get(parameters[0][1], ANY)
    return ANY  # text around parameters: taken to match anything, so that no order is missed


def _meet(one: tuple[Segment, ...], other: tuple[Segment, ...]) -> bool:
    for mine, theirs in zip(one, other, strict=False):
        if mine is REST or theirs is REST:
            return True
        if not _segments_meet(mine, theirs):
            return False
    longer = one[len(other) :] or other[len(one) :]
    return not longer or longer == (REST,)


def _segments_meet(one: str | re.Pattern[str], other: str | re.Pattern[str]) -> bool:
    if isinstance(one, str):
        return one == other if isinstance(other, str) else other.fullmatch(one) is not None
    return True if not isinstance(other, str) else one.fullmatch(other) is not None
