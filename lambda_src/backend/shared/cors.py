"""CORS for the origins in the settings."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from shared.settings import settings
from shared.tracing import REQUEST_ID_HEADER


class CORS(CORSMiddleware):
    """Starlette's CORS middleware, with the allowed origins read when the first request comes.

    Starlette builds the middlewares then, not at import, so that importing needs no variable.
    Cookies are not used, so credentials mode stays off.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            app,
            allow_origins=settings().cors_origins,
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("Authorization", REQUEST_ID_HEADER),
            expose_headers=(REQUEST_ID_HEADER,),
        )
