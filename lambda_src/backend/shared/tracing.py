"""Tracing: a request id in and out, one log line a request, and the last resort for errors."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import logs
from shared.errors import error_response
from shared.lazy_routers import route_template
from shared.logs import RequestContext, log

REQUEST_ID_HEADER = "X-Request-ID"
TRACE_ID_HEADER = "X-Amzn-Trace-Id"
# What is taken over from a client goes into logs and headers: nothing but harmless characters.
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACE_ID = re.compile(r"[A-Za-z0-9=;:._-]{1,256}")


class Tracing:
    """Pure ASGI middleware: names the request, logs it, answers what nobody caught with 500.

    It stands inside CORS and GZip, so that a browser may read that 500 too.
    """

    def __init__(self, app: ASGIApp) -> None:
        logs.configure()
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other scopes pass through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = _context(Headers(scope=scope))
        logs.begin_request(context)
        started = time.perf_counter()
        status = 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = context.request_id
                if context.trace_id:
                    headers[TRACE_ID_HEADER] = context.trace_id
            await send(message)

        try:
            await self.app(scope, receive, send_traced)
        except Exception:
            log.exception("the request failed")
            if status:  # the answer is under way already: nothing can be said any more
                raise
            response = error_response(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error")
            await response(scope, receive, send_traced)
        finally:
            log.info("request", extra={"fields": _fields(scope, context, status, started)})


def _context(headers: Headers) -> RequestContext:
    request_id = headers.get(REQUEST_ID_HEADER, "")
    trace_id = headers.get(TRACE_ID_HEADER, "")
    return RequestContext(
        request_id=request_id if REQUEST_ID.fullmatch(request_id) else uuid4().hex,
        trace_id=trace_id if TRACE_ID.fullmatch(trace_id) else "",
    )


def _fields(
    scope: Scope, context: RequestContext, status: int, started: float
) -> dict[str, object]:
    # The route's template, never the path or the query: they may name a person.
    return {
        "method": scope["method"],
        "route": route_template(scope),
        "status": status,
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        "user_id": context.user_id,
    }
