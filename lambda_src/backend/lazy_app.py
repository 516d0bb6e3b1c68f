"""The application: the only one, for Lambda, uvicorn and tests alike.

Middlewares and routers are declared here and nowhere else. Routers are imported by the first
request that needs them; importing this module needs no variable, no network and no database,
and does not import SQLAlchemy.
"""

from __future__ import annotations

import importlib
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from shared.audit import Audit
from shared.cors import CORS
from shared.errors import add_handlers, error_response
from shared.lazy_routers import LazyRouters, LazyRouting
from shared.logs import ProgramError, log
from shared.settings import SettingsError
from shared.tracing import Tracing

# URL prefix → module with a `router`.
ROUTERS = {
    "/api/v1/auth": "contexts.auth.router",
    "/api/v1/users": "contexts.users.router",
    "/api/v1/providers": "contexts.providers.router",
    "/api/v1/credentials": "contexts.credentials.router",
    "/api/v1/cme": "contexts.cme.router",
}


def import_models() -> None:
    """Import every context's models, whichever routers are loaded."""
    importlib.import_module("models")


def _prepare() -> None:
    """Models first, and whole: a login that loads one router uses relationships to all of them."""
    import_models()
    importlib.import_module("shared.model_validation").validate_models()


routers = LazyRouters(ROUTERS, _prepare)

# Outermost first.
MIDDLEWARE = (
    Middleware(CORS),
    Middleware(GZipMiddleware, minimum_size=500),
    Middleware(Tracing),
    Middleware(Audit),
    Middleware(LazyRouting, routers=routers),
)


class Application(FastAPI):
    """FastAPI whose schema is always whole, whatever has been loaded so far."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI schema, every router included.

        Raises:
            RouterError: a router does not load.
        """
        routers.load_all(self)
        return super().openapi()


app = Application(
    title="CredMate",
    version="1.0.0",
    middleware=MIDDLEWARE,
    docs_url=None,  # these pages load scripts from elsewhere
    redoc_url=None,
    redirect_slashes=False,  # a redirect would name a host and a path that a gateway rewrote
)
add_handlers(app)


def load_all_routers() -> None:
    """Include every router: for readiness, snapshots and the gate.

    Raises:
        RouterError: one does not load.
    """
    routers.load_all(app)


class Health(BaseModel):
    """The process answers."""

    status: Literal["healthy"] = "healthy"
    mode: Literal["lazy"] = "lazy"


class Readiness(BaseModel):
    """Everything loads and the database is there."""

    status: Literal["ready"] = "ready"


@app.get("/health", tags=["operations"])
async def health() -> Health:
    """Say that the process answers; asks nothing else.

    It is part of the application: where that cannot be built, this cannot answer.
    """
    return Health()


@app.get(
    "/ready",
    tags=["operations"],
    response_model=Readiness,
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"description": "Not ready; says what is missing"}},
)
def ready() -> Readiness | JSONResponse:
    """Load every router, configure the mappers, ask the database."""
    try:
        load_all_routers()
        importlib.import_module("shared.readiness").check_database()
    except (ProgramError, SettingsError) as exc:
        log.exception("not ready")
        return error_response(HTTPStatus.SERVICE_UNAVAILABLE, str(exc))
    return Readiness()
