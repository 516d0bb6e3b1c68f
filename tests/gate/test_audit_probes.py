from __future__ import annotations

import pytest

from tests.gate.auditing import Trap, hold
from tests.gate.planting import Plant

STALE = "probe.stale"
PROBE = '[[probe]]\nname = "p"\nmethod = "{method}"\npath = "{path}"\n'
APP = """
from fastapi import FastAPI
import users
app = FastAPI()
@app.get("/health")
def health(): ...
app.include_router(users.router, prefix="/api")
"""
USERS = """
from fastapi import APIRouter
router = APIRouter(prefix="/users")
@router.get("/{user_id}")
def read(user_id): ...
@router.post("")
def write(): ...
@router.api_route("/any", methods=["PUT", "DELETE"])
def any_(): ...
"""
LAZY = """
import importlib
from fastapi import FastAPI
TABLE = {"/api/v1": "users"}
app = FastAPI(docs_url=None)
def load():
    for prefix, module in TABLE.items():
        app.include_router(importlib.import_module(module).router, prefix=prefix)
"""
COMPUTED = """
from fastapi import FastAPI
import users
from config import settings
app = FastAPI()
app.include_router(users.router, prefix=settings.prefix)
"""


def tree(path: str, method: str = "GET", app: str = APP) -> dict[str, str]:
    probe = PROBE.format(method=method, path=path)
    return {"app.py": app, "users.py": USERS, "config.py": "", "probes.toml": probe}


def followed_by(path: str) -> dict[str, str]:
    """A right probe whose answer leads to a request for a path."""
    files = tree("/health")
    then = f'[probe.then]\nmethod = "GET"\npath = "{path}"\n'
    return files | {"probes.toml": files["probes.toml"] + then}


RIGHT = (
    tree("/health"),
    followed_by("/api/users/${answer.id}"),
    tree("/api/users/1"),
    tree("/api/users/${ID}?deep=1"),
    tree("/api/users", "POST"),
    tree("/api/users/any", "DELETE"),
    tree("/openapi.json"),
    tree("/docs"),
    tree("/api/v1/users/1", app=LAZY),
    tree("/static/app.js", app=APP + "app.mount('/static', StaticFiles(directory='x'))\n"),
    tree("/made", app=APP + "app.add_api_route('/made', health)\n"),
    tree("/v1/docs.json", app=APP.replace("FastAPI()", "FastAPI(openapi_url='/v1/docs.json')")),
    tree("/h", app="from starlette.applications import Starlette\n"
         "from starlette.routing import Route\napp = Starlette(routes=[Route('/h', print)])\n"),
)  # fmt: skip
STALE_ONES = (
    tree("/healthz"),
    followed_by("/api/user/${answer.id}"),
    tree("/health", "POST"),
    tree("/users/1"),
    tree("/api/users/1/more"),
    tree("/api/users/any", "PATCH"),
    tree("/v1/users/1", app=LAZY),
    tree("/docs", app=LAZY),
    tree("/openapi.json", app=APP.replace("FastAPI()", "FastAPI(openapi_url=None)")),
    tree("/health", app=APP.replace("@app.get", "# @app.get")),
)
UNDECIDED = (
    tree("/x/users/1", app=COMPUTED),
    tree("/late", app=APP + "import os\napp.add_api_route(os.name, health)\n"),
    tree("/x", app="from fastapi import FastAPI\napp = FastAPI(openapi_url=None)\n"),
)


@pytest.mark.parametrize("files", RIGHT, ids=str)
def test_a_probe_of_a_route_passes(files: dict[str, str], plant: Plant) -> None:
    hold(Trap("right", files), plant)


@pytest.mark.parametrize("files", STALE_ONES, ids=str)
def test_a_probe_of_no_route_is_found(files: dict[str, str], plant: Plant) -> None:
    hold(Trap("stale", files, ((STALE, "probe 'p' asks"),)), plant)


@pytest.mark.parametrize("files", UNDECIDED, ids=str)
def test_what_is_computed_is_undecided(files: dict[str, str], plant: Plant) -> None:
    hold(Trap("undecided", files, noted="undecided: probe 'p' asks"), plant)
