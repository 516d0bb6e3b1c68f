"""The audit trail: who did what, one log line for every request that may change something.

Logging in is one of them. No body, no name, no e-mail: ids alone.
"""

from __future__ import annotations

from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.lazy_routers import route_template
from shared.logs import current_request, log

READING = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_ERROR = 400


class Audit:
    """Pure ASGI middleware; the user id comes from whoever authenticated the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what only reads passes through."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self.app(scope, receive, send)
            return
        status = 500  # what an exception becomes further out

        async def send_audited(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_audited)
        finally:
            log.info("audit", extra={"fields": _fields(scope, status)})


def _fields(scope: Scope, status: int) -> dict[str, object]:
    return {
        "method": scope["method"],
        "route": route_template(scope),
        "resources": _resources(scope),
        "user_id": current_request().user_id,
        "status": status,
        "outcome": "refused" if status >= FIRST_ERROR else "done",
    }


def _resources(scope: Scope) -> dict[str, str]:
    """The ids in the path; anything else in it was typed by somebody and stays out."""
    found = {}
    for name, value in scope.get("path_params", {}).items():
        try:
            found[name] = str(UUID(str(value)))
        except ValueError:
            continue
    return found
