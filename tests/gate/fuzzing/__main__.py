"""``python -m tests.gate.fuzzing``: many hostile sources, and what reading says of them."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.gate.fuzzing.trying import Tree, verdict

CRASHED, SLOW = "crashed", "slow"
SECONDS = 2.0  # of the processor, that one verdict may take


def main() -> int:
    """Read as many sources as asked for; return 1 where one ended in anything but a verdict."""
    options = _options()
    found: Counter[str] = Counter()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder) / "tree")
        choose = random.Random(options.seed)  # noqa: S311 - no secret
        for number in range(options.inputs):
            tree.change(choose)
            began = time.process_time()
            found[_tried(tree, choose, number, options.keep)] += 1
            if time.process_time() - began > SECONDS:
                found[SLOW] += 1
                _say(f"{SLOW}: input {number}, {time.process_time() - began:.1f} s")
    ends = ", ".join(f"{count} {end}" for end, count in found.most_common())
    said = f"{options.inputs} inputs: {found[CRASHED]} crashed; {ends}"
    _say(f"{said}; seed {options.seed}, {time.monotonic() - start:.0f} s")
    return 1 if found[CRASHED] else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.gate.fuzzing")
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep", type=Path, help="a folder for the trees on which it crashed")
    return parser.parse_args()


def _tried(tree: Tree, choose: random.Random, number: int, keep: Path | None) -> str:
    try:
        return verdict(tree, choose)
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        _say(f"{CRASHED}: input {number}: {traceback.format_exc(limit=-4)}")
        if keep is not None:
            shutil.copytree(tree.root, keep / str(number), dirs_exist_ok=True)
        return CRASHED


if __name__ == "__main__":
    sys.exit(main())
