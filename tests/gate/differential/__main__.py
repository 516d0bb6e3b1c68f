"""``python -m tests.gate.differential``: many random pairs, and what reading says of them."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.gate.differential.pairs import UNDECIDED, Judged, judged, written
from tests.gate.differential.pieces import pieces, tree
from tests.gate.differential.running import Running

WRONG = "wrong"
HASHING = "PYTHONHASHSEED"  # fixed, as in the children of the run-time comparison


def main() -> int:
    """Judge as many pairs as asked for; return 1 where one was judged wrongly."""
    options = _options()
    found: Counter[str] = Counter()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _plant(root, tree())
        running, parts = Running(), pieces()
        for number in range(options.first, options.first + options.pairs):
            choose = random.Random(f"{options.seed} {number}")  # noqa: S311 - no secret
            sources = zip(("main.py", "lazy_app.py"), written(choose, parts), strict=True)
            _plant(root, dict(sources))
            found[_counted(judged(root, number, running), root, options.keep)] += 1
    _say(f"{summary(found)}; seed {options.seed}, {time.monotonic() - start:.0f} s")
    return 1 if found[WRONG] else 0


def summary(found: Counter[str]) -> str:
    """Say how many pairs came to what."""
    pairs, undecided, wrong = found.total(), found[UNDECIDED], found[WRONG]
    return (
        f"{pairs} pairs: {pairs - wrong - undecided} judged right, "
        f"{undecided} undecided ({undecided / pairs:.0%}), {wrong} wrong"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.gate.differential")
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0, help="the number of the first pair")
    parser.add_argument("--keep", type=Path, help="a folder for the pairs that are judged wrongly")
    return parser.parse_args()


def _plant(root: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")


def _counted(pair: Judged, root: Path, keep: Path | None) -> str:
    """Say a pair that is judged wrongly, and keep it; return what it counts as."""
    if not pair.is_wrong:
        return pair.read
    _say(f"{WRONG}: pair {pair.number}: read {pair.read}, run {pair.run}: {pair.said}")
    if keep is not None:
        shutil.copytree(root, keep / str(pair.number), dirs_exist_ok=True)
    return WRONG


if __name__ == "__main__":
    if os.environ.get(HASHING) != "0":
        os.execve(sys.executable, sys.orig_argv, {**os.environ, HASHING: "0"})  # noqa: S606 - itself
    sys.exit(main())
