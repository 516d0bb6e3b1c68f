"""The backend's start-up check, against the init that it is part of.

As a program it measures once, in a fresh interpreter, and prints both in seconds as JSON.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from pathlib import Path

from bench.timing import ROOT, BenchError, Comparison

BACKEND = ROOT / "lambda_src/backend"


def measured(rounds: int) -> Comparison:
    """Measure so many fresh interpreters; the first one warms the caches. Raises BenchError."""
    seen = [_once() for _ in range(rounds + 1)][1:]
    return Comparison(tuple(check for check, _ in seen), tuple(init for _, init in seen))


def _once() -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.start_up"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"the backend does not start: {done.stderr.strip()[-200:]}")
    said = json.loads(done.stdout)
    return said["check"], said["init"]


def main() -> None:
    """Load the backend as the first login does, and then look again at what was validated.

    SQLAlchemy configures the mappers at the first query whether anybody checks or not: what the
    check costs is what it costs when they are configured.
    """
    sys.path.insert(0, str(BACKEND))
    start = time.perf_counter()
    importlib.import_module("lazy_app").load_all_routers()
    init = time.perf_counter() - start
    validate = importlib.import_module("shared.model_validation").validate_models
    start = time.perf_counter()
    validate(Path(BACKEND))
    check = time.perf_counter() - start
    sys.stdout.write(json.dumps({"init": init, "check": check}))


if __name__ == "__main__":
    main()
