"""How far this machine lets a function be confined as on Lambda: tried, not assumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.report import CannotLook, one_line

CONFINE = Path(__file__).with_name("confine.py")
INHERITED = ("LD_LIBRARY_PATH",)  # where a Lambda base keeps its interpreter's own library
TRIAL_SECONDS = 60
# Ends with 0 where all is as it should be, in the interpreter and the folder of the function.
CHECK = """
import importlib.util, os, sys
root, temporary, binary, user, read_only = sys.argv[1:]
def writes(folder):
    try:
        path = os.path.join(folder, f".gate-{os.getpid()}")
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.unlink(path)
    except OSError:
        return False
    return True
os.listdir(root)
right = writes(temporary) and os.access(binary, os.X_OK)
right = right and importlib.util.find_spec("awslambdaric") is not None
right = right and not (user and os.getuid() == 0) and not (read_only and writes(root))
sys.exit(0 if right else 1)
"""


@dataclass(frozen=True)
class Confinement:
    """What a function can be kept from; `plan` is for the guard, whose words these are."""

    user: str
    read_only: bool

    def plan(self, root: Path, temporary: Path) -> Mapping[str, object]:
        """Return what the guard is to do for a function of `root`."""
        return {"user": self.user, "read_only": self.read_only, **_places(root, temporary)}

    def open(self, folder: Path, temporary: Path) -> None:
        """Let the function's user into its own folder for temporary files, below `folder`."""
        if self.user == "nobody":
            folder.chmod(0o711)
            temporary.chmod(0o1777)

    @property
    def lacking(self) -> tuple[str, ...]:
        """What could not be enforced, in words."""
        root = not self.user and os.getuid() == 0
        return (
            *(["another user than root"] if root else []),
            *([] if self.read_only else ["a read-only file system"]),
            *([] if self.user else ["no home directory"]),
        )


def find(root: Path, *, python: str, binary: Path) -> Confinement:
    """Try how far a function of `root` can be confined here, and still work.

    Raises:
        CannotLook: not even trying works.
    """
    with tempfile.TemporaryDirectory(prefix="rie-") as folder:
        Path(folder).chmod(0o777)  # as the function's own, which another user may write
        check = [python, "-c", CHECK, str(root), folder, str(binary)]
        trial = {"check": check, "places": _places(root, Path(folder))}
        try:
            done = _run([sys.executable, "-I", "-S", str(CONFINE), json.dumps(trial)], root)
            return Confinement(*json.loads(done.stdout))
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise CannotLook(f"confinement cannot be tried: {exc}") from exc
        except ValueError as exc:
            raise CannotLook(f"confinement cannot be tried: {one_line(done.stderr)}") from exc


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.defpath} | {n: os.environ[n] for n in INHERITED if n in os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TRIAL_SECONDS,
        check=False,
    )


def _places(root: Path, temporary: Path) -> dict[str, list[str]]:
    """What the function may write, and what in there it may not."""
    shared = Path("/tmp")  # noqa: S108 - the one folder that Lambda lets a function write
    writable = [shared] if temporary.is_relative_to(shared) else [shared, temporary]
    kept = [root] if any(root.is_relative_to(one) for one in writable) else []
    return {"writable": [str(one) for one in writable], "kept": [str(one) for one in kept]}
