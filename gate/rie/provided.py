"""What the function needs to run, from a context manager of the project that is judged."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from gate.report import CannotLook, one_line

CHILD = Path(__file__).with_name("child_provide.py")
END_SECONDS = 60  # a database takes its time to stop
CHUNK = 65536


@contextmanager
def provided(
    spec: str, *, python: str, folder: Path, timeout: float
) -> Iterator[Mapping[str, str]]:
    """Enter `module:contextmanager` in an interpreter of its own; yields its variables.

    The context is left when ours is, and when this process is killed too.

    Args:
        spec: `module:name`, found from `folder`.
        python: the interpreter.
        folder: where the interpreter starts.
        timeout: seconds to enter.

    Raises:
        CannotLook: it cannot be entered, or yields something else than variables.
    """
    if not all(part.isidentifier() for part in spec.replace(":", ".", 1).split(".")):
        raise CannotLook(f"--environment {spec!r}: write it as module:contextmanager")
    with _child(spec, python, folder) as (child, answer):
        yield _variables(spec, _read(spec, answer, timeout), child)


@contextmanager
def _child(spec: str, python: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the child; yields it and the descriptor of its answer. Lets it go, waits for its end."""
    answer, told = os.pipe()
    try:
        child = subprocess.Popen(
            [python, str(CHILD), spec, str(told)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # a report may go to ours
            pass_fds=[told],
            start_new_session=True,  # Ctrl-C is for us; we say when it is over
        )
    except OSError as exc:
        raise CannotLook(f"{python}: cannot be started: {exc.strerror}") from exc
    finally:
        os.close(told)
    try:
        yield child, answer
    finally:
        os.close(answer)
        _let_go(child)


def _let_go(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        with suppress(BrokenPipeError):
            child.stdin.close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _read(spec: str, descriptor: int, timeout: float) -> bytes:
    deadline = time.monotonic() + timeout
    whole = b""
    while select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = os.read(descriptor, CHUNK)
        if not chunk:
            return whole
        whole += chunk
    raise CannotLook(f"--environment {spec}: is not ready after {timeout:g} s; say --timeout")


def _variables(spec: str, answer: bytes, child: subprocess.Popen[bytes]) -> Mapping[str, str]:
    if not answer:
        raise CannotLook(f"--environment {spec}: ended with {child.wait()} before it was ready")
    said = json.loads(answer)
    if "error" in said:
        raise CannotLook(f"--environment {spec}: {one_line(said['error'])}")
    variables: dict[str, str] = said["variables"]
    return variables
