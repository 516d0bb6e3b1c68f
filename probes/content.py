"""What an answer's body says: undo its content encoding, read its JSON."""

from __future__ import annotations

import json
import zlib
from typing import NoReturn

from probes.model import Answer, Json

GZIP = 16 + zlib.MAX_WBITS  # zlib's way of saying: with a gzip header and its checksum
MAX_BYTES = 32 * 1024 * 1024  # a Lambda answers 6 MB at most; this leaves room to decompress


class Unreadable(Exception):  # noqa: N818 - the name says what happened
    """The body is not what its headers say; one line that says why, nothing of the body."""


def decoded(answer: Answer) -> bytes:
    """The body without its content encoding.

    Raises:
        Unreadable: it is cut off, damaged, too large, or in an encoding that nobody asked for.
    """
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return answer.body
    if encoding in ("gzip", "x-gzip"):
        return _gunzip(answer.body)
    raise Unreadable(f"content-encoding is {encoding[:40]!r}, and only gzip can be read")


def _gunzip(body: bytes) -> bytes:
    plain = bytearray()
    while True:  # a gzip file is one member after another
        member = zlib.decompressobj(GZIP)
        try:
            plain += member.decompress(body, MAX_BYTES + 1 - len(plain))
        except zlib.error as exc:
            raise Unreadable("content-encoding is gzip and the body does not decompress") from exc
        if len(plain) > MAX_BYTES:
            raise Unreadable(f"the body decompresses to more than {MAX_BYTES} bytes")
        if not member.eof:
            raise Unreadable("content-encoding is gzip and the body is cut off")
        body = member.unused_data
        if not body:
            return bytes(plain)


def json_of(body: bytes) -> Json:
    """The body as JSON.

    Raises:
        Unreadable: it is not JSON.
    """
    try:
        value: Json = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        what = f"{len(body)} bytes" if body else "empty"
        raise Unreadable(f"the body is not JSON ({what})") from exc
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is JavaScript's, not JSON's")
