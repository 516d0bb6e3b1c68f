"""What the function's log says of a call, in Lambda's JSON log format.

Source: "Lambda Telemetry API Event schema reference"
(lambda/latest/dg/telemetry-schema-reference.html), and the runtime client's own line.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.detect.patterns import Event

# The backend's own line for an answer of 500 or above: lambda_src/backend/handler.py.
SERVER_ERROR: Event = {"level": "ERROR", "message": "server error", "status": 500}
INIT_LIMIT_MS = 10_000  # Lambda ends an init after that


def healthy(init_ms: float) -> Iterator[Event]:
    """A call that starts an environment and is answered."""
    yield _report("success", init_ms)


def fails(error_type: str) -> Iterator[Event]:
    """A call that finds the handler and ends in an error."""
    yield _report("error", None, error_type)


def does_not_start(error_type: str) -> Iterator[Event]:
    """A call whose environment does not start."""
    record = {"phase": "init", "status": "error", "errorType": error_type}
    yield {"type": "platform.initReport", "record": {**record, "metrics": {"durationMs": 400.0}}}
    yield {"level": "ERROR", "errorType": error_type, "message": f"[ERROR] {error_type}"}
    yield _report("error", None, error_type)


def starts_slowly(init_ms: float) -> Iterator[Event]:
    """A call whose environment takes `init_ms` to start, or is ended because of it."""
    if init_ms < INIT_LIMIT_MS:
        yield _report("success", init_ms)
        return
    record = {"phase": "init", "status": "timeout", "metrics": {"durationMs": init_ms}}
    yield {"type": "platform.initReport", "record": record}
    yield _report("success", None)


def _report(status: str, init_ms: float | None, error_type: str = "") -> Event:
    metrics = {"durationMs": 80.0, "maxMemoryUsedMB": 200}
    if init_ms is not None:
        metrics["initDurationMs"] = init_ms
    record: dict[str, object] = {"requestId": "r", "status": status, "metrics": metrics}
    if error_type:
        record["errorType"] = error_type
    return {"type": "platform.report", "record": record}
