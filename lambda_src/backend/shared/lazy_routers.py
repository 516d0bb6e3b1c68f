"""Routers that are imported and included by the first request that needs them.

Importing every context costs most of a cold start; a health check needs none of them.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import anyio.to_thread
from fastapi import Depends, FastAPI, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.logs import ProgramError

# Our own modules. Not by folder: the image may have its packages in the same one.
OWN_PACKAGES = ("contexts", "models", "shared")
PREFIX_KEY = "backend.router_prefix"


class RouterError(ProgramError):
    """A router does not load; says which, and why."""


class LazyRouters:
    """The table of routers, and which of them an application has already.

    Args:
        table: URL prefix → module with a `router`; no prefix may be inside another.
        prepare: runs once before the first router is included; when it raises, nothing is
            included and the next request tries again.
    """

    def __init__(self, table: Mapping[str, str], prepare: Callable[[], None]) -> None:
        self.table = dict(table)
        self._prepare = prepare
        self._prepared = False
        self._loaded: set[str] = set()
        self._lock = threading.Lock()

    def prefix_of(self, path: str) -> str | None:
        """The prefix that a path is under: `/api/v1/auth/login` is, `/api/v1/authx` is not."""
        return next((p for p in self.table if path == p or path.startswith(f"{p}/")), None)

    def is_loaded(self, prefix: str) -> bool:
        """Whether a router has been included."""
        return prefix in self._loaded

    def load(self, app: FastAPI, prefix: str) -> None:
        """Include one router, unless it is there; safe from several threads.

        Raises:
            RouterError: it, or the models, do not load. Nothing has changed then.
        """
        with self._lock:
            if prefix in self._loaded:
                return
            module = self.table[prefix]
            try:
                with _undone_on_failure():
                    if not self._prepared:
                        self._prepare()
                    router = importlib.import_module(module).router
                    app.include_router(router, prefix=prefix, dependencies=[Depends(_no_store)])
            except Exception as exc:
                raise RouterError(f"{module} does not load: {type(exc).__name__}: {exc}") from exc
            self._prepared = True
            self._loaded.add(prefix)

    def load_all(self, app: FastAPI) -> None:
        """Include every router.

        Raises:
            RouterError: one of them does not load.
        """
        for prefix in self.table:
            self.load(app, prefix)


class LazyRouting:
    """Pure ASGI middleware, the innermost: has the router included before it is looked for."""

    def __init__(self, app: ASGIApp, routers: LazyRouters) -> None:
        self.app = app
        self.routers = routers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other scopes pass through."""
        if scope["type"] == "http":
            path, app = _route_path(scope), scope["app"]
            prefix = self.routers.prefix_of(path)
            scope[PREFIX_KEY] = prefix or ""
            # In a thread: an import takes long, and other requests go on meanwhile.
            if prefix is not None and not self.routers.is_loaded(prefix):
                await anyio.to_thread.run_sync(self.routers.load, app, prefix)
            elif path == app.openapi_url:
                await anyio.to_thread.run_sync(self.routers.load_all, app)
        await self.app(scope, receive, send)


def _route_path(scope: Scope) -> str:
    """The path below the root path (an API Gateway stage, say), as Starlette's routes see it."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


def route_template(scope: Scope) -> str:
    """The template of the route that a request was given to, or "unmatched"."""
    if "route" in scope:
        return f"{scope.get(PREFIX_KEY, '')}{scope['route'].path}"
    # Starlette's own routes (the OpenAPI schema) do not name themselves; theirs have no parameter.
    return scope["path"] if "endpoint" in scope else "unmatched"


async def _no_store(response: Response) -> None:
    """Tell caches to keep nothing: answers hold tokens and records of people."""
    response.headers["Cache-Control"] = "no-store"


@contextmanager
def _undone_on_failure() -> Iterator[None]:
    """Forget our own modules that a failed import left behind.

    Kept, a half-imported model module would be executed again on top of its own tables, and the
    next attempt would fail for that reason instead of the true one.
    """
    before = set(sys.modules)
    try:
        yield
    except BaseException:
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in OWN_PACKAGES:
                del sys.modules[name]
                parent, _, child = name.rpartition(".")
                if parent in sys.modules:
                    vars(sys.modules[parent]).pop(child, None)
        raise
