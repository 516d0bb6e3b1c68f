"""`python -m bench [NAME …]`: measure, and print a table. Not part of the tests."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count, getloadavg
from pathlib import Path

from bench.cases import CASES, Case
from bench.timing import BenchError

PACKAGES = ("fastapi", "starlette", "pydantic", "sqlalchemy", "awslambdaric")
HEADER = ("what", "against", "seconds", "ratio", "middle half", "goal", "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; return 0 when every goal is met, 1 when one is missed, 2 when one cannot be."""
    options = _parser().parse_args(arguments)
    chosen = [case for case in CASES if all(word in case.name for word in options.names)]
    print(_surroundings())
    rows: list[tuple[str, ...]] = [HEADER]
    worst = 0
    for case in chosen:
        row, code = _row(case, options.rounds)
        rows.append(row)
        worst = max(worst, code)
    print("\n".join(_table(rows)))
    return worst


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only what has this in its name")
    parser.add_argument("--rounds", type=int, help="how often; each case has a number of its own")
    return parser


def _row(case: Case, rounds: int | None) -> tuple[tuple[str, ...], int]:
    print(f"bench: {case.name} …", file=sys.stderr, flush=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            found = case.measure(rounds or case.rounds, Path(scratch))
    except BenchError as exc:
        return (case.name, case.against, "", "", "", f"{case.goal}", f"not measured: {exc}"), 2
    low, high = found.spread
    subject, baseline = (sorted(ones)[len(ones) // 2] for ones in (found.subject, found.baseline))
    met = found.ratio <= case.goal
    return (
        case.name,
        case.against,
        f"{subject:.3g} / {baseline:.3g}",
        f"{found.ratio:.3g}",
        f"{low:.3g} to {high:.3g}",
        f"{case.goal}",
        "met" if met else "MISSED",
    ), int(not met)


def _surroundings() -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {cpu_count()} "
        f"processors, load {getloadavg()[0]:.1f}; {', '.join(_versions())}\n"
    )


def _versions() -> Iterator[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"no {package}"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADER))]
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if not number:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"


if __name__ == "__main__":
    sys.exit(main())
