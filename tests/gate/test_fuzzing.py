"""Hostile sources: reading them ends in a verdict, and in no pass on what is no Python."""

from __future__ import annotations

import subprocess
import sys

from tests.gate.planting import REPOSITORY

INPUTS = 500


def test_no_hostile_source_stops_reading() -> None:
    words = ["-m", "tests.gate.fuzzing", "--inputs", str(INPUTS), "--seed", "20251230"]
    done = subprocess.run(
        [sys.executable, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ends = done.stdout.splitlines()[-1]
    assert ends.startswith(f"{INPUTS} inputs: 0 crashed; ")
    assert all(end in ends for end in (" unseen", " undecided", " same", " differ")), ends
