"""One call of a function in the emulator."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

INVOKE = "/2015-03-31/functions/function/invocations"


@dataclass(frozen=True)
class Invocation:
    """What came back. The status tells little: a function that raises comes back with 200.

    `payload` is what the function returned, or JSON with `errorType`, or `Task timed out …`;
    `init_ms` is the time until the function was initialised, when this call initialised it.
    Times are our own clock's.
    """

    status: int
    payload: bytes = field(repr=False)
    elapsed_ms: float
    init_ms: float | None = None


def failure(error_type: str, message: str) -> bytes:
    """A payload that says what the emulator cannot say itself, as it would say it."""
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


class Call(threading.Thread):
    """A call under way, in a thread of its own: the one that waits can do so with a limit."""

    def __init__(self, port: int, event: Mapping[str, object], headers: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._body = json.dumps(event).encode()
        self._headers = {"content-type": "application/json", **headers}
        self._start = time.monotonic()
        self._end: float | None = None
        # What stands when the connection breaks: the emulator has ended.
        self.status = 502
        self.payload = failure("Runtime.ExitError", "the runtime emulator ended during the call")

    @property
    def elapsed_ms(self) -> float:
        """Time since the call began, until its end."""
        return ((self._end or time.monotonic()) - self._start) * 1000

    def run(self) -> None:
        """Make the call."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        try:
            connection.request("POST", INVOKE, self._body, self._headers)
            response = connection.getresponse()
            self.payload, self.status = response.read(), response.status
        except (OSError, http.client.HTTPException):
            return
        finally:
            self._end = time.monotonic()
            connection.close()

    def done_within(self, seconds: float) -> bool:
        """Wait so long at most; whether the call is over."""
        self.join(seconds)
        return not self.is_alive()
