"""Makes sources that nobody would write: bytes, pieces of grammar, real files with changes."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tests.gate.parity_cases import cases
from tests.gate.planting import REPOSITORY

LARGEST = 40_000  # bytes of a real file
# One piece of grammar a line; a line break in it is written as "\n".
PIECES = (Path(__file__).parent / "pieces.txt").read_text("utf-8").splitlines()
TOKENS: tuple[bytes, ...] = tuple(piece.replace("\\n", "\n").encode() for piece in PIECES)
TOKENS += (b"\x00", b"\xff", b"\xef\xbb\xbf", b"\t", b"a" * 50, b"9" * 400, b"-" * 60)
TOKENS += (b"(" * 60, b"[" * 150)
NESTED: tuple[tuple[bytes, bytes], ...] = (
    (b"(", b")"),
    (b"[", b"]"),
    (b"{1:", b"}"),
    (b"f(", b")"),
    (b"-", b""),
    (b"not ", b""),
)
NESTED += ((b"x.", b"x"), (b"lambda: ", b"1"))
DEPTHS = (50, 200, 1000, 5000, 20_000)
SIZES = (10, 10, 10, 10, 10, 10, 10, 499_999, 500_001, 5_000_000)


@cache
def trees() -> list[dict[str, str]]:
    """Return the trees of the catalogue: path → source."""
    return [case.tree for case in (*cases("drift", "drifts.toml"), *cases("same", "harmless.toml"))]


@cache
def _lines() -> list[bytes]:
    sources = (tree[name] for tree in trees() for name in ("main.py", "lazy_app.py"))
    return [line.encode() for source in sources for line in source.splitlines()]


@cache
def _real() -> list[bytes]:
    """Return real files: of this repository, and of the standard library."""
    folders = ("lambda_src/backend", "gate", "stacks")
    files = [file for name in folders for file in sorted((REPOSITORY / name).rglob("*.py"))]
    standard = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    return [f.read_bytes() for f in (*files, *standard) if f.stat().st_size < LARGEST]


def source(tree: dict[str, str], choose: random.Random) -> bytes:
    """Return a source for one of the entry points of ``tree``."""
    make = choose.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
    return make(tree, choose)


def _bytes(_tree: dict[str, str], choose: random.Random) -> bytes:
    return bytes(choose.randrange(256) for _ in range(choose.randrange(200)))


def _grammar(_tree: dict[str, str], choose: random.Random) -> bytes:
    return b"".join(choose.choice(TOKENS) for _ in range(choose.randrange(40)))


def _deep(_tree: dict[str, str], choose: random.Random) -> bytes:
    opening, closing = choose.choice(NESTED)
    depth = choose.choice(DEPTHS)
    return b"app = " + opening * depth + b"1" + closing * depth


def _blocks(_tree: dict[str, str], _choose: random.Random) -> bytes:
    return b"".join(b" " * at + b"if 1:\n" for at in range(99)) + b" " * 99 + b"app=1"


def _large(_tree: dict[str, str], choose: random.Random) -> bytes:
    return (b"app = 1\n" * 700_000)[: choose.choice(SIZES)]


def _changed(_tree: dict[str, str], choose: random.Random) -> bytes:
    return mutated(choose.choice(_real()), choose)


def _entry(tree: dict[str, str], choose: random.Random) -> bytes:
    return mutated(tree[choose.choice(("lazy_app.py", "main.py"))].encode(), choose)


Make = Callable[[dict[str, str], random.Random], bytes]
KINDS: Sequence[tuple[Make, int]] = (
    *((_bytes, 80), (_grammar, 80), (_deep, 25), (_blocks, 5), (_large, 10), (_changed, 200)),
    (_entry, 600),
)


def mutated(data: bytes, choose: random.Random) -> bytes:
    """Return a source with one change or more, of bytes or of lines."""
    for _ in range(choose.choice((1, 1, 1, 2, 3, 5, 20))):
        data = choose.choice(CHANGES)(data, choose)
    return data


def _byte(data: bytes, choose: random.Random) -> bytes:
    at = choose.randrange(len(data) + 1)
    return data[:at] + bytes((choose.randrange(256),)) + data[at + 1 :]


def _cut(data: bytes, choose: random.Random) -> bytes:
    at, end = _span(data, choose)
    return data[:at] + data[end:]


def _token(data: bytes, choose: random.Random) -> bytes:
    at, end = _span(data, choose)
    return data[:at] + choose.choice(TOKENS) + data[choose.choice((at, end)) :]


def _again(data: bytes, choose: random.Random) -> bytes:
    at, end = _span(data, choose)
    return data[:at] + data[at:end] * choose.choice((1, 2, 30)) + data[at:]


def _span(data: bytes, choose: random.Random) -> tuple[int, int]:
    at = choose.randrange(len(data) + 1)
    return at, min(len(data), at + choose.choice((1, 1, 2, 5, 20, 80)))


def _dropped(lines: list[bytes], at: int, _choose: random.Random) -> None:
    del lines[at]


def _foreign(lines: list[bytes], at: int, choose: random.Random) -> None:
    lines.insert(at, choose.choice(_lines()))


def _swapped(lines: list[bytes], at: int, choose: random.Random) -> None:
    other = choose.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _repeated(lines: list[bytes], at: int, choose: random.Random) -> None:
    lines.insert(at, choose.choice(lines))


def _line(change: Callable[[list[bytes], int, random.Random], None]) -> Change:
    def apply(data: bytes, choose: random.Random) -> bytes:
        lines = data.split(b"\n")
        change(lines, choose.randrange(len(lines)), choose)
        return b"\n".join(lines)

    return apply


Change = Callable[[bytes, random.Random], bytes]
CHANGES: tuple[Change, ...] = (_byte, _cut, _token, _again, _token)
CHANGES += tuple(map(_line, (_dropped, _foreign, _swapped, _repeated)))
