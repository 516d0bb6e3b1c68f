"""The Lambda function: API Gateway events in, the application's answers out."""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
from http import HTTPStatus
from typing import Any

from mangum import Mangum
from starlette.types import Receive, Scope, Send

from lazy_app import app
from shared import logs

# What Lambda says while it publishes a version with SnapStart, and in every clone of it.
SNAP_START = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")

_thread = threading.local()


async def _below_stage(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the application below the path that API Gateway puts in front of it."""
    scope["root_path"] = stage_path(scope["aws.event"])
    await app(scope, receive, send)


def stage_path(event: dict[str, Any]) -> str:
    """The path of the API's stage, as clients see it; empty where there is none.

    An HTTP API leaves the stage in the event's path, a REST API only in the context's.
    """
    context = event.get("requestContext", {})
    if event.get("version") == "2.0":
        stage = f"/{context.get('stage', '$default')}"
        path = context["http"]["path"]
        return stage if path == stage or path.startswith(f"{stage}/") else ""
    seen, path = context.get("path") or "", event.get("path") or ""
    return seen.removesuffix(path).rstrip("/") if seen.endswith(path) else ""


def _use_event_loop() -> None:
    """Give this thread an event loop, the same one in every invocation.

    Mangum asks for the thread's loop. From Python 3.14 on nobody makes one by itself, and
    before that only in the main thread.
    """
    if not hasattr(_thread, "loop"):
        _thread.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(_thread.loop)


def _forget_event_loop() -> None:
    """Have the next invocation make a loop of its own: clones must not share one."""
    del _thread.loop


_use_event_loop()
# Lifespan is off: the application has none, and "auto" would hide a start-up that fails.
_answer = Mangum(_below_stage, lifespan="off")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one event of an HTTP API (2.0) or a REST API (1.0)."""
    _use_event_loop()
    answer = _answer(event, context)
    if answer["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _tell(answer)
    return answer


def _tell(answer: dict[str, Any]) -> None:
    """Write the line that the alarm on a new version counts: for AWS this call is a success.

    Here, outside of every middleware: one of them that fails is answered by Mangum, and no log
    line of the application tells of it.
    """
    logs.attach()
    logs.log.error(
        "server error",
        extra={
            "fields": {
                "status": answer["statusCode"],
                "request_id": answer.get("headers", {}).get("x-request-id", ""),
                "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
                "version": os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
            }
        },
    )


if os.environ.get(SNAP_START[0]) == SNAP_START[1]:
    importlib.import_module("snapshot").register(lambda_handler, _forget_event_loop)
