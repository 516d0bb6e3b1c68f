"""What Lambda SnapStart needs: everything loaded before the snapshot, nothing shared after it.

Lambda runs the first part when it publishes a version, and clones the process from then on. What
fails in it fails the publishing: a version whose imports are broken cannot come to be.
"""

from __future__ import annotations

import importlib
import os
import random
import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import anyio
import anyio.to_thread

from lazy_app import app, load_all_routers

SEED_BYTES = 32

# What is imported inside a function, where a cold start without a snapshot should not pay for it.
# The packages by name: nothing but their first use would find them missing.
IMPORTED_LATE = ("boto3", "botocore.exceptions", "psycopg", "shared.readiness")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
# The least that an HTTP API's event of a request has.
HEALTH: dict[str, Any] = {
    "version": "2.0",
    "rawPath": "/health",
    "rawQueryString": "",
    "headers": {"host": "snapshot"},
    "requestContext": {
        "stage": "$default",
        "http": {"method": "GET", "path": "/health", "sourceIp": "127.0.0.1"},
    },
    "isBase64Encoded": False,
}
# What a process keeps and a clone must not: the module, and its function that forgets it.
# By name: importing them here would import the database.
KEPT = (
    ("shared.database", "forget_engine"),
    ("shared.tokens", "forget_key"),
    ("shared.secret_store", "forget"),
    ("shared.settings", "forget"),
)


class NotHealthyError(Exception):
    """The handler does not answer: what is wrong is in the log above."""


def register(handler: Handler, *after_restore: Callable[[], None]) -> None:
    """Have the runtime client run both parts; `after_restore` are the caller's own.

    Raises:
        ImportError: the runtime client brings no hooks: SnapStart would clone what must differ.
    """
    # The base image's runtime client brings it; outside SnapStart nobody needs it.
    hooks = importlib.import_module("snapshot_restore_py")
    hooks.register_before_snapshot(before_snapshot, handler)
    for part in (refresh, *after_restore):
        hooks.register_after_restore(part)


def before_snapshot(handler: Handler) -> None:
    """Load every router, the mappers and the schema; open no connection, read no secret.

    Raises:
        RouterError: a router or the models do not load.
        ImportError: a package is missing.
        NotHealthyError: the handler does not answer.
    """
    for name in IMPORTED_LATE:
        importlib.import_module(name)
    # In a worker thread, as a request's own work: that imports what starts one.
    anyio.run(anyio.to_thread.run_sync, load_all_routers)
    app.openapi()
    # The first answer builds the middlewares and imports what serves a request.
    status = handler(HEALTH, None)["statusCode"]
    if status != HTTPStatus.OK:
        raise NotHealthyError(f"/health answers {status} before the snapshot")


def refresh() -> None:
    """Make a clone its own: fresh randomness, variables, secrets, clients and connections."""
    # uuid4, secrets and argon2 ask the kernel; these two carry a state of their own.
    random.seed(os.urandom(SEED_BYTES))
    ssl.RAND_add(os.urandom(SEED_BYTES), float(SEED_BYTES))
    for module, forget in KEPT:
        getattr(importlib.import_module(module), forget)()
