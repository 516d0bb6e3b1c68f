"""Keeps shapes small, and their number: made of each other they would grow without bound."""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Shape

MAX_PARTS = 300  # of a shape that is kept as it is
MAX_SPENT = 400_000  # parts of shapes that one comparison may look at
PLAIN = (str, int, float, bytes, type(None))
_spent = [0]


class TooMuchError(Exception):
    """There is more in the values than is looked at."""


def begin() -> None:
    """Begin a comparison."""
    _spent[0] = 0


def spend(parts: int) -> None:
    """Count what is looked at; raises TooMuchError when it becomes too much."""
    _spent[0] += parts
    if _spent[0] > MAX_SPENT:
        raise TooMuchError


def brief(shape: Shape) -> Shape:
    """Return ``shape``, or where it is large its digest with the pieces of code in it.

    Two that are brief are equal when the shapes are. Raises TooMuchError.
    """
    if _is_small(shape):
        return shape
    from hashlib import blake2b  # noqa: PLC0415 - rarely needed

    pieces = list(_code_in(shape))
    code = {id(piece): piece for piece in pieces}
    number = {identity: at for at, identity in enumerate(code)}
    order = [number[id(piece)] for piece in pieces]  # in the text all pieces read alike
    text = f"{shape!r} {order}".encode("utf-8", "backslashreplace")
    digest = blake2b(text, digest_size=16).hexdigest()
    return (f"{str(shape[0])[:1]}brief", digest, *code.values())


def _is_small(shape: Shape) -> bool:
    waiting, count = [shape], 0
    while waiting and count < MAX_PARTS:
        inside = waiting.pop()
        count += len(inside)
        waiting += [part for part in inside if isinstance(part, tuple)]
    return not waiting and count < MAX_PARTS


def _code_in(shape: Shape) -> Iterator[object]:
    """Yield what in a shape is neither text nor a shape, in its order."""
    waiting = [iter(shape)]
    while waiting:
        for part in waiting[-1]:
            spend(1)
            if isinstance(part, tuple):
                waiting.append(iter(part))
                break
            if not isinstance(part, PLAIN):
                yield part
        else:
            waiting.pop()
