"""Starts child interpreters for other people's code and brings their answers back.

A child has a time limit, its own process group and environment, its output kept apart from the
answer; nothing of it is left when it is over. No answer is a :class:`Failure`, never a pass.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from gate.inspection import leftovers
from gate.inspection.child.redaction import without_secrets
from gate.report import CannotLook, one_line

BOOT = Path(__file__).parent / "child" / "__main__.py"
# What a child may see of our environment; everything else comes from [tool.gate.env].
INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
# A fixed hash seed: two interpreters must order sets alike.
SETTINGS = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
GRACE_SECONDS = 1.0  # past its own time limit, at which it says where it hangs
OUTPUT_TAIL_LINES = 20
OUTPUT_TAIL_BYTES = 4096


@dataclass(frozen=True)
class Interpreter:
    """How a child is started: ``env`` goes over the few inherited names.

    ``timeout`` is in seconds; ``memory``, in bytes, is what the child may have: all that Lambda
    ever gives.
    """

    root: Path
    python: str = sys.executable
    timeout: float = 60.0
    env: Mapping[str, str] = field(default_factory=dict)
    memory: int = 10_240 * 2**20


@dataclass(frozen=True)
class Failure:
    """Why the judged code gave nothing to look at; ``kind`` ends the finding's rule."""

    kind: str
    message: str
    file: Path | None = None
    line: int | None = None
    detail: str = ""


Answer = dict[str, Any] | Failure


def ask(interpreter: Interpreter, *requests: Mapping[str, Any]) -> list[Answer]:
    """Carry out ``requests``, each in its own child, all at the same time.

    A request names its ``task``, a module of ``gate.inspection.child``. Raises CannotLook when an
    interpreter cannot be started or lacks what the task needs.
    """
    return ask_each((interpreter, request) for request in requests)


def ask_each(questions: Iterable[tuple[Interpreter, Mapping[str, Any]]]) -> list[Answer]:
    """Carry out requests as ``ask`` does, each in an interpreter of its own kind."""
    with ExitStack() as stack:
        children = [stack.enter_context(_Child(*question)) for question in questions]
        return [child.answer() for child in children]


class _Child:
    """One child interpreter; leaving the context ends it and whatever it started."""

    def __init__(self, interpreter: Interpreter, request: Mapping[str, Any]) -> None:
        self._interpreter = interpreter
        self._root = interpreter.root.resolve()
        limits = {"timeout": interpreter.timeout, "memory": interpreter.memory}
        self._request = {**request, **limits, "root": str(self._root)}
        self._tail: deque[bytes] = deque(maxlen=2)

    def __enter__(self) -> _Child:
        self._clean_up = ExitStack()
        folder = tempfile.TemporaryDirectory(prefix="gate-", ignore_cleanup_errors=True)
        self._folder = Path(self._clean_up.enter_context(folder))
        try:
            self._start()
        except BaseException:
            self._clean_up.close()
            raise
        return self

    def _start(self) -> None:
        (self._folder / "request.json").write_text(json.dumps(self._request), encoding="utf-8")
        self._limit = time.monotonic() + self._interpreter.timeout
        mark = leftovers.new_mark()
        python = self._interpreter.python
        try:
            self._process = subprocess.Popen(
                [python, "-s", str(BOOT), str(self._folder)],
                env={**self._environment(), **leftovers.environment(mark)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as exc:
            raise CannotLook(f"{python}: cannot be started: {exc.strerror}") from exc
        self._clean_up.callback(self._end, mark)
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, **SETTINGS, **self._interpreter.env}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clean_up.close()

    def _end(self, mark: str) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        leftovers.end(mark)
        self._reader.join(GRACE_SECONDS)

    def _read(self, stream: IO[bytes]) -> None:
        """Keep the end of the output, however much there is."""
        with stream, suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), OUTPUT_TAIL_BYTES):
                self._tail.append(chunk)

    def answer(self) -> Answer:
        """Wait for the child and return what it said, or why it said nothing."""
        _wait(self._process, self._limit + GRACE_SECONDS)
        late = time.monotonic() >= self._limit
        file = self._folder / "answer.json"
        try:
            answer = json.loads(file.read_bytes())
        except (OSError, ValueError):
            return self._silence(late=late)
        if "cannot" in answer:
            raise CannotLook(one_line(answer["cannot"]))
        if "failed" in answer:
            return self._failure(**answer["failed"])
        value: dict[str, Any] = answer["value"]
        return value

    def _failure(
        self, kind: str, message: str, place: Sequence[Any] | None = None, detail: str = ""
    ) -> Failure:
        file, line = place or (None, None)
        return Failure(kind, one_line(message), file and Path(file), line, detail)

    def _silence(self, *, late: bool) -> Failure:
        """Name the reason of an answer that never came."""
        stack = _stack(self._folder / "stack.txt", self._root)
        if late:
            seconds = f"{self._interpreter.timeout:g} seconds"
            return Failure("hangs", f"is not done after {seconds}", *stack.place, detail=stack.text)
        code = self._process.returncode
        end = f"is ended by {_signal_name(-code)}" if code < 0 else f"exits with code {code}"
        return Failure(
            "exits",
            f"{end} before it could be looked at",
            *stack.place,
            detail=stack.text or self._output(),
        )

    def _output(self) -> str:
        self._reader.join(GRACE_SECONDS)
        text = b"".join(self._tail)[-OUTPUT_TAIL_BYTES:].decode("utf-8", "replace")
        text = without_secrets(text)
        return "\n".join(text.splitlines()[-OUTPUT_TAIL_LINES:])


def _wait(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Wait for the end of the process, or until ``deadline`` (monotonic seconds)."""
    remaining = max(0.0, deadline - time.monotonic())
    if hasattr(os, "pidfd_open"):  # Linux: wakes at once, where Popen.wait() polls
        descriptor = os.pidfd_open(process.pid)
        try:
            select.select([descriptor], [], [], remaining)
            remaining = 0
        finally:
            os.close(descriptor)
    with suppress(subprocess.TimeoutExpired):
        process.wait(remaining)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@dataclass(frozen=True)
class _Stack:
    """What ``faulthandler`` wrote: the stack at the time limit, or at a crash."""

    text: str = ""
    place: tuple[Path | None, int | None] = (None, None)


def _stack(file: Path, root: Path) -> _Stack:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _Stack()
    for line in text.splitlines():
        # '  File "/srv/main.py", line 3 in <module>', innermost first
        before, found, after = line.strip().partition('", line ')
        path = Path(before.removeprefix('File "'))
        if found and root in path.parents:
            return _Stack(text, (path, int(after.split()[0])))
    return _Stack(text)
