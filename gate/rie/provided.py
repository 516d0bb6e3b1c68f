"""What the function needs to run, from a context manager of the project that is judged."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from gate.report import CannotLook, one_line

CHILD = Path(__file__).with_name("child_provide.py")
END_SECONDS = 60  # a database takes its time to stop
CHUNK = 65536


@contextmanager
def provided(
    spec: str, *, python: str, folder: Path, timeout: float, told: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    """Enter `module:contextmanager` in an interpreter of its own; yields its variables.

    The context is left when ours is, and when this process is killed too.

    Args:
        spec: `module:name`, found from `folder`.
        python: the interpreter.
        folder: where the interpreter starts.
        timeout: seconds to enter.
        told: variables for the interpreter, beside those of this process.

    Raises:
        CannotLook: it cannot be entered, or yields something else than variables.
    """
    module, colon, name = spec.partition(":")
    if not (colon and name.isidentifier() and all(map(str.isidentifier, module.split(".")))):
        raise CannotLook(f"--environment {spec!r}: write it as module:contextmanager")
    with ExitStack() as stack:
        child = _Child([python, str(CHILD), spec], folder, told)
        stack.callback(child.let_go)
        try:
            variables = child.variables(timeout)
        except CannotLook as exc:
            raise CannotLook(f"--environment {spec}: {one_line(str(exc))}") from exc
        yield variables


class _Child:
    """The interpreter that holds the context open until it is let go, or we end."""

    def __init__(self, command: list[str], folder: Path, told: Mapping[str, str]) -> None:
        self._entered = False
        self._answer, its_end = os.pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the child runs
        try:
            self._process = subprocess.Popen(
                [*command, str(its_end)],
                cwd=folder,
                env={**os.environ, **told},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,  # a report may go to ours
                stderr=self._errors,
                pass_fds=[its_end],
                start_new_session=True,  # Ctrl-C is for us; we say when it is over
            )
        except OSError as exc:
            os.close(self._answer)
            raise CannotLook(f"{command[0]}: cannot be started: {exc.strerror}") from exc
        finally:
            os.close(its_end)

    def variables(self, timeout: float) -> Mapping[str, str]:
        """What the context yields; raises CannotLook."""
        answer = self._read(timeout)
        if not answer:
            code = self._process.wait()
            raise CannotLook(f"ended with {code} before it was ready{self._last_words()}")
        said = json.loads(answer)
        if "error" in said:
            raise CannotLook(said["error"])
        self._entered = True
        variables: dict[str, str] = said["variables"]
        return variables

    def _read(self, timeout: float) -> bytes:
        deadline = time.monotonic() + timeout
        whole = b""
        while select.select([self._answer], [], [], max(0.0, deadline - time.monotonic()))[0]:
            chunk = os.read(self._answer, CHUNK)
            if not chunk:
                return whole
            whole += chunk
        raise CannotLook(f"is not ready after {timeout:g} s; say --timeout SECONDS")

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        return f": {lines[-1]}" if lines else ""

    def let_go(self) -> None:
        """Let it leave the context, and wait for its end."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        if not self._entered:  # it does not look at its input yet
            self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._answer)
        self._errors.close()
