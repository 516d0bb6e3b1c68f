"""One shape for every error that a client sees.

    {"error": {"code": "not_found", "message": "…", "request_id": "…", "details": [...]}}

`details` is there for validation errors alone and never repeats what was sent: that may be a
password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.logs import current_request

# Python 3.13 renamed these phrases; a client must not notice which Python answers.
CODES = {413: "content_too_large", 422: "unprocessable_content"}


class ApiError(Exception):
    """An answer that is not a success; subclasses say which."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    headers: ClassVar[Mapping[str, str]] = {}


class Unauthorized(ApiError):
    """Nobody knows who is asking."""

    status = HTTPStatus.UNAUTHORIZED
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(ApiError):
    """Whoever is asking may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(ApiError):
    """There is no such thing, or it is not for whoever is asking: the two look alike."""

    status = HTTPStatus.NOT_FOUND


class Conflict(ApiError):
    """The request contradicts what is stored."""

    status = HTTPStatus.CONFLICT


class Unprocessable(ApiError):
    """The request is well-formed and makes no sense."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Unavailable(ApiError):
    """Something that the backend needs does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


def error_response(
    status: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: Sequence[Mapping[str, Any]] = (),
) -> JSONResponse:
    """Build an error answer; its code is the status phrase in snake case."""
    error: dict[str, Any] = {
        "code": CODES.get(status) or re.sub(r"\W+", "_", HTTPStatus(status).phrase.lower()),
        "message": message,
        "request_id": current_request().request_id,
    }
    if details:
        error["details"] = list(details)
    return JSONResponse({"error": error}, status_code=status, headers=dict(headers or {}))


async def _api_error(_request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, ApiError)  # noqa: S101 - what it is registered for
    return error_response(exc.status, str(exc), headers=exc.headers)


async def _http_error(_request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)  # noqa: S101 - what it is registered for
    return error_response(exc.status_code, str(exc.detail), headers=exc.headers)


async def _invalid_request(_request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)  # noqa: S101 - what it is registered for
    details = [
        {"location": list(error["loc"]), "type": error["type"], "message": error["msg"]}
        for error in exc.errors()
    ]
    return error_response(
        HTTPStatus.UNPROCESSABLE_ENTITY, "the request is not valid", details=details
    )


HANDLERS = {
    ApiError: _api_error,
    HTTPException: _http_error,
    RequestValidationError: _invalid_request,
}


def add_handlers(app: FastAPI) -> None:
    """Give an application the one error shape."""
    for exception, handler in HANDLERS.items():
        app.add_exception_handler(exception, handler)
