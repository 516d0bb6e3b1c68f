"""Random pairs of entry points: reading never says what running denies."""

from __future__ import annotations

import subprocess
import sys

from tests.gate.planting import REPOSITORY

PAIRS = 60


def test_no_random_pair_is_judged_wrongly() -> None:
    words = ["-m", "tests.gate.differential", "--pairs", str(PAIRS), "--seed", "20251230"]
    done = subprocess.run(
        [sys.executable, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{PAIRS} pairs: ")
    right = int(done.stdout.split()[2])
    assert right > PAIRS / 10, done.stdout  # most are beyond reading, not all
