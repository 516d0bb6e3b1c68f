"""Runs the commands of a road; nothing that they start outlives them, or us."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gate.rehearsals import World
from gate.rehearsing.road import Step
from gate.rie.process import Process
from gate.rie.surroundings import LARGEST_FILE

WORLD = "REHEARSAL_WORLD"  # the incident's [world], as JSON
POLL_SECONDS = 0.1
TAIL_LINES = 12

LIMIT = -1


class Stopped(Exception):  # noqa: N818 - it is no error: somebody ended the run
    """The run ends; what it had begun is ended."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code (LIMIT: not in time), what it said last, seconds."""

    code: int
    said: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the change may go on."""
        return self.code == 0

    @property
    def last(self) -> str:
        """Its last words."""
        lines = self.said.splitlines() or [f"it ended with {self.code} and said nothing"]
        return lines[-1].strip()


class Commands:
    """Runs commands, in several threads at once, until `end` is called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ended = threading.Event()

    def end(self) -> None:
        """Have every command end, and none begin."""
        self._ended.set()

    def run(self, step: Step, tree: Path, world: World) -> Outcome:
        """Run a step in a tree; raises Stopped."""
        if self._ended.is_set():
            raise Stopped
        began = time.monotonic()
        log = tree.with_suffix(".log")
        log.write_bytes(b"")
        environment = self._environment(tree, world)
        process = Process(
            _command(step, tree, environment["PATH"]),
            environment=environment,
            cwd=tree,
            log=log,
            largest_file=LARGEST_FILE,
            folder=self._folder,
        )
        try:
            code = self._wait(process, began + step.seconds)
        finally:
            process.end()
        return Outcome(code, tail(log), time.monotonic() - began)

    def _wait(self, process: Process, deadline: float) -> int:
        while (code := process.wait(POLL_SECONDS)) is None:
            if self._ended.is_set():
                raise Stopped
            if time.monotonic() > deadline:
                return LIMIT
        return code

    def _environment(self, tree: Path, world: World) -> dict[str, str]:
        """Ours, without an AWS account, and with the tools that the tree brings."""
        temporary = self._folder / "tmp"
        temporary.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        tools = (tree / ".venv" / "bin", tree / "node_modules" / ".bin")
        return kept | {
            "PATH": os.pathsep.join([*map(str, tools), os.environ.get("PATH", os.defpath)]),
            "TMPDIR": str(temporary),
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            WORLD: json.dumps(dataclasses.asdict(world)),
        }


def _command(step: Step, tree: Path, path: str) -> list[str]:
    program, *arguments = (part.replace("{python}", sys.executable) for part in step.run)
    found = str(tree / program) if "/" in program else shutil.which(program, path=path)
    return [found or program, *arguments]


def tail(log: Path) -> str:
    """The last lines of a log."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(lines[-TAIL_LINES:])
