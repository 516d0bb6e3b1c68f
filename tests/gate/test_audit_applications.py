from __future__ import annotations

import pytest

from tests.gate.auditing import Trap, audited, hold
from tests.gate.planting import Plant

TWICE = "application.twice"
APP = "from fastapi import FastAPI\napp = FastAPI()\n"
GATE = """
[tool.gate]
root = "."
reference = "main:app"
candidate = "lazy_app:app"
"""

TRAPS = (
    Trap("one", {"main.py": APP}),
    Trap("two", {"main.py": APP, "lazy_app.py": APP}, ((TWICE, "lazy_app.py (FastAPI), main.py"),)),
    Trap(
        "an alias of the package",
        {"main.py": APP, "b.py": "import fastapi as f\nx = f.FastAPI()\n"},
        ((TWICE, "2 modules"),),
    ),
    Trap(
        "an alias of the class",
        {"main.py": APP, "b.py": "from fastapi import FastAPI as F\nG = F\nx = G()\n"},
        ((TWICE, "b.py (FastAPI)"),),
    ),
    Trap(
        "a star import",
        {"main.py": APP, "b.py": "from fastapi import *\nx = FastAPI()\n"},
        ((TWICE, "2 modules"),),
    ),
    Trap(
        "a subclass in another module",
        {
            "base.py": "from starlette.applications import Starlette\nclass App(Starlette): ...\n",
            "middle.py": "from base import App\n",
            "a.py": "from middle import App\nclass Mine(App): ...\napp = Mine()\n",
            "b.py": "import base\napp = base.App()\n",
        },
        ((TWICE, "a.py (Starlette), b.py (Starlette)"),),
    ),
    Trap(
        "a factory",
        {
            "main.py": APP,
            "b.py": "from fastapi import FastAPI\ndef make():\n    return FastAPI()\n",
        },
        ((TWICE, "2 modules"),),
    ),
    Trap(
        "one factory, called twice",
        {
            "factory.py": "from fastapi import FastAPI\ndef make():\n    return FastAPI()\n",
            "a.py": "from factory import make\napp = make()\n",
            "b.py": "from factory import make\napp = make()\n",
        },
    ),
    Trap("a re-export", {"main.py": "from lazy_app import app\n", "lazy_app.py": APP}),
    Trap(
        "comments, texts and annotations",
        {
            "main.py": APP,
            "b.py": '# app = FastAPI()\nTEXT = "app = FastAPI()"\ndef f(app: "FastAPI()"): ...\n',
            "c.py": "class FastAPI: ...\napp = FastAPI()\n",
        },
    ),
    Trap(
        "two in one module",
        {
            "main.py": """
                from fastapi import FastAPI
                app = FastAPI() if __debug__ else FastAPI(docs_url=None)
            """
        },
    ),
    Trap(
        "mounted, by name, by import and made on the spot",
        {
            "main.py": """
                from fastapi import FastAPI
                from starlette.middleware.wsgi import WSGIMiddleware
                from admin import admin
                from old import old
                import parts
                app = FastAPI()
                app.mount("/admin", admin)
                app.mount("/old", WSGIMiddleware(old))
            """,
            "admin.py": "from fastapi import FastAPI\nadmin = FastAPI()\n",
            "old.py": "from flask import Flask\nold = Flask(__name__)\n",
            "parts.py": "",
        },
    ),
    Trap(
        "tests, examples and documentation",
        {
            "main.py": APP,
            "tests/test_x.py": APP,
            "test_y.py": APP,
            "conftest.py": APP,
            "docs/a.py": APP,
            "examples/b.py": APP,
        },
        noted="in examples and docs, 2 modules build an application: not counted",
    ),
    Trap(
        "the gate compares them",
        {"pyproject.toml": GATE, "main.py": APP, "lazy_app.py": APP},
        noted="guarded, gate parity compares main:app and lazy_app:app",
    ),
    Trap(
        "the gate compares two of three",
        {"pyproject.toml": GATE, "main.py": APP, "lazy_app.py": APP, "dev.py": APP},
        ((TWICE, "3 modules"),),
    ),
    Trap(
        "two projects",
        {
            "a/pyproject.toml": "",
            "a/main.py": APP,
            "b/pyproject.toml": "",
            "b/main.py": APP,
        },
    ),
    Trap(
        "two projects that include one router",
        {
            "common/routers.py": "from fastapi import APIRouter\nrouter = APIRouter()\n",
            "a/requirements.txt": "",
            "a/web.py": "from common.routers import router\n"
            + APP
            + "app.include_router(router)\n",
            "b/requirements.txt": "",
            "b/fn.py": "from common.routers import router\n" + APP + "app.include_router(router)\n",
        },
        ((TWICE, "a/web.py (FastAPI), b/fn.py (FastAPI)"),),
    ),
    Trap(
        "two services of one compose file",
        {
            "api.py": APP,
            "metrics.py": APP,
            "compose.yaml": """
                services:
                  api: { build: ., command: uvicorn api:app }
                  metrics: { build: ., command: uvicorn metrics:app }
            """,
        },
    ),
    Trap(
        "allowed",
        {
            "pyproject.toml": """
                [tool.gate]
                root = "."
                audit-allow = [
                  { rule = "audit.application.*", path = "admin.py", reason = "a tool" },
                ]
            """,
            "main.py": APP,
            "admin.py": APP,
        },
        noted="allowed, audit.application.*, admin.py: a tool",
    ),
    Trap(
        "an allowance that allows nothing",
        {
            "pyproject.toml": """
                [tool.gate]
                root = "."
                audit-allow = [{ rule = "audit.x", reason = "none" }]
            """
        },
        (("allowance.unused", "audit.x"),),
    ),
)


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_applications(trap: Trap, plant: Plant) -> None:
    hold(trap, plant)


def test_the_places_are_the_constructions(plant: Plant) -> None:
    root = plant({"a.py": APP, "b.py": "\n" + APP})
    (finding,) = audited(root).findings
    assert [str(place) for place in finding.places] == [f"{root}/a.py:2", f"{root}/b.py:3"]
