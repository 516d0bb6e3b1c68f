"""The adapter between the emulator and the Runtime Interface Emulators.

The emulator forwards an invocation as an HTTP POST that names function and version; one RIE
serves each version, started at its first call with the version's own configuration. A RIE
answers a failed call with 200 and `errorType` in the body, which the emulator would take for a
success: here it becomes an error.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Protocol, Self

from gate.report import CannotLook
from gate.rie import Invocation
from local.serving import Handler, serving


class Called(Protocol):
    """What serves one version: a RIE, or what stands before one."""

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """End."""

    def invoke(self, event: dict[str, object], /) -> Invocation:
        """Call it."""

    def log_tail(self) -> str:
        """The last lines that it wrote."""


StartRie = Callable[[str, str], Called]  # function name, version → not yet entered


class Functions:
    """The running RIEs, one for each version of each function."""

    def __init__(self, start: StartRie) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._running: dict[tuple[str, str], Called] = {}
        self._stack = ExitStack()

    def invoke(self, name: str, version: str, event: dict[str, object]) -> Invocation:
        """Call a version, starting its RIE first when this is its first call."""
        with self._lock:
            rie = self._running.get((name, version))
            if rie is None:
                rie = self._stack.enter_context(self._start(name, version))
                self._running[name, version] = rie
        return rie.invoke(event)

    def log_tail(self) -> str:
        """The last lines of what each version's function wrote."""
        return "\n".join(
            f"{name}:{version}\n{rie.log_tail()}" for (name, version), rie in self._running.items()
        )

    def close(self) -> None:
        """End every RIE."""
        with self._lock:
            self._stack.close()
            self._running.clear()


class _Handler(Handler):
    functions: Functions

    def post(self, asked: bytes) -> None:
        """Answer one invocation: 200 with the payload, 500 with the reason."""
        event = json.loads(asked)
        name = self.headers["X-Amzn-Lambda-Function-Name"]
        version = self.headers["X-Amzn-Lambda-Function-Version"]
        try:
            invocation = self.functions.invoke(name, version, event)
        except CannotLook as exc:
            said = {"errorType": "CannotRun", "errorMessage": str(exc)}
            self.answer(500, json.dumps(said).encode())
            return
        self.answer(500 if failed(invocation) else 200, invocation.payload)


def failed(invocation: Invocation) -> bool:
    """Whether an invocation is a failure, judged by its body: RIE's status tells little."""
    if invocation.status != 200:  # noqa: PLR2004 - HTTP's own number
        return True
    try:
        answer = json.loads(invocation.payload)
    except ValueError:
        return True  # "Task timed out …" is plain text
    return isinstance(answer, dict) and "errorType" in answer and "statusCode" not in answer


@contextmanager
def adapter(start: StartRie) -> Iterator[tuple[str, Functions]]:
    """Serve invocations on a free loopback port; yields the URL and the running functions."""
    functions = Functions(start)
    try:
        with serving(_Handler, functions=functions) as url:
            yield url, functions
    finally:
        functions.close()
