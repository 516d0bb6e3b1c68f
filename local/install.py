"""Install everything the project needs below the checkout: `make setup`.

Run by the machine's own Python, before any package is there: standard library alone.
A step runs when what it installs from has changed, so a second run costs a few hashes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".local" / "setup"
VENV = ROOT / ".venv"
EMULATOR_VENV = ROOT / ".venv-emulator"
HEARTBEAT_SECONDS = 5

Command = list[str]


class InstallError(Exception):
    """A step failed; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Step:
    """One thing to install: from which files, proven by which path, by which commands."""

    name: str
    sources: tuple[str, ...]
    proof: Path
    commands: tuple[Command, ...]

    @property
    def stamp(self) -> Path:
        """Where the fingerprint of the last good run is kept."""
        return STATE / self.name.replace(" ", "-")

    def fingerprint(self) -> str:
        """Digest of the sources, the Python and the place: an environment cannot be moved."""
        digest = hashlib.sha256(f"{sys.version}{ROOT}".encode())
        for source in (*self.sources, "local/install.py"):
            digest.update((ROOT / source).read_bytes())
        return digest.hexdigest()

    def done(self) -> bool:
        """Whether what is installed is what the sources ask for."""
        return (
            self.proof.exists()
            and self.stamp.exists()
            and self.stamp.read_text() == self.fingerprint()
        )


def _uv(python: Path, *arguments: str) -> Command:
    return [
        str(VENV / "bin" / "uv"),
        "pip",
        "install",
        "--quiet",
        "--python",
        str(python),
        *arguments,
    ]


def _hashed(lock: str) -> tuple[str, ...]:
    return ("--require-hashes", "-r", lock)


STEPS = (
    Step(
        "python packages",
        ("requirements.txt", "pyproject.toml"),
        VENV / "bin" / "gate",
        (
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            [
                str(VENV / "bin" / "pip"),
                "install",
                "--quiet",
                "--no-deps",
                *_hashed(str(STATE / "uv.txt")),
            ],
            _uv(VENV / "bin" / "python", *_hashed("requirements.txt")),
            # The console script `gate`; its build back end is in the lock already.
            _uv(VENV / "bin" / "python", "--no-deps", "--no-build-isolation", "--editable", "."),
        ),
    ),
    Step(
        "cdk command line",
        ("package-lock.json",),
        ROOT / "node_modules" / ".bin" / "cdk",
        ([str(VENV / "bin" / "npm"), "ci", "--silent", "--no-audit", "--no-fund"],),
    ),
    Step(
        "emulator",
        ("local/emulator/requirements.txt",),
        EMULATOR_VENV / "bin" / "ministack",
        (
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(EMULATOR_VENV)],
            _uv(EMULATOR_VENV / "bin" / "python", *_hashed("local/emulator/requirements.txt")),
        ),
    ),
    Step(
        "runtime interface emulator",
        ("gate/rie/binary.py",),
        VENV / "bin" / "python",
        ([str(VENV / "bin" / "python"), "-m", "gate.rie"],),
    ),
)


def install() -> None:
    """Bring every step up to date, one installation at a time in this checkout.

    Raises:
        InstallError: a step failed; what it had half made is made anew by the next run.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for step in STEPS:
            if not step.done():
                _run(step)


def _run(step: Step) -> None:
    _write_uv_lock()
    started = time.monotonic()
    step.stamp.unlink(missing_ok=True)
    print(f"setup: {step.name} …", flush=True)
    with _heartbeat(step.name, started):
        for command in step.commands:
            _call(step, command)
    step.stamp.write_text(step.fingerprint())
    print(f"setup: {step.name}: done in {time.monotonic() - started:.1f} s", flush=True)


def _write_uv_lock() -> None:
    """Cut uv, which installs the rest in seconds, out of the one lock: pip wants a file."""
    lines = (ROOT / "requirements.txt").read_text().splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("uv=="))
    end = next(n for n in range(start, len(lines)) if not lines[n].rstrip().endswith("\\"))
    (STATE / "uv.txt").write_text("".join(lines[start : end + 1]))


def _call(step: Step, command: Command) -> None:
    environment = os.environ | {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_NATIVE_TLS": "1",  # certificates as the machine has them, like pip
        "UV_LINK_MODE": "copy" if _other_device() else "hardlink",
    }
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as exc:
        raise InstallError(f"{step.name}: {command[0]}: {exc.strerror}") from exc
    if done.returncode:
        tail = "\n".join(f"  {line}" for line in done.stdout.strip().splitlines()[-8:])
        raise InstallError(
            f"{step.name}: `{Path(command[0]).name} {' '.join(command[1:3])} …` "
            f"ended with {done.returncode}\n{tail}\n"
            "  to do: read the lines above (most often: no way to the package index), run it again"
        )


def _other_device() -> bool:
    """Whether uv's cache is on another file system, where it cannot link and would warn."""
    cache = Path(os.environ.get("UV_CACHE_DIR", Path.home() / ".cache"))
    return not cache.exists() or cache.stat().st_dev != ROOT.stat().st_dev


@contextmanager
def _heartbeat(name: str, started: float) -> Iterator[None]:
    """Say every few seconds that a long step is alive."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            print(f"setup: {name} … {time.monotonic() - started:.0f} s", flush=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def main() -> int:
    """Install, and turn what goes wrong into one message and exit code 2."""
    if shutil.which("git") is None:
        print("setup: git is not on PATH; install it", file=sys.stderr)
        return 2
    try:
        install()
    except InstallError as exc:
        print(f"setup: {exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("setup: interrupted; run it again to finish", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
