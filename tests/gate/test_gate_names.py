"""`gate names`: a name that is not there is found before the request that needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.checks.names import Target, check
from gate.inspection.runner import Interpreter
from tests.gate.planting import REPOSITORY, Plant, RunGate

APP = "from fastapi import FastAPI\nfrom service import *\napp = FastAPI()\n"


def target(root: Path, **more: str) -> Target:
    return Target(Interpreter(root), "app:app", **more)


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("def f(): return gone()", "f uses gone, "),
        ("def f():\n    return [gone(x) for x in ()]", "f uses gone, "),
        ("def f():\n    def g(): return lambda: gone\n    return g", "f uses gone, "),
        ("class C:\n    def m(self): return gone", "C.m uses gone, "),
        ("class C:\n    @property\n    def m(self): return gone", "C.m uses gone, "),
        ("class C:\n    @classmethod\n    def m(cls): return gone", "C.m uses gone, "),
        ("class C:\n    @staticmethod\n    async def m(): return gone", "C.m uses gone, "),
        ("def f(): return gone\ndef g(): return gone", "f, g use gone, "),
        ("X = 1\ndel X\ndef f(): return X\nX = 2\ndel X", ""),  # bound by the module
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from x import gone\n"
            "def f(): return gone",
            "f uses gone, ",
        ),
        (
            "from functools import wraps\n"
            "def d(f):\n    @wraps(f)\n    def w(): return f()\n    return w\n"
            "@d\ndef f(): return gone",
            "f uses gone, ",
        ),
    ],
)
def test_a_name_that_nothing_defines(service: str, said: str, plant: Plant) -> None:
    findings = check(target(plant({"app.py": APP, "service.py": service}))).findings
    assert [finding.rule for finding in findings] == (["names.undefined"] if said else [])
    for finding in findings:
        assert finding.message.startswith(f"{said}which nothing defines")
        assert "gone" in _line(finding.places[0].path, finding.places[0].line or 0)
        assert finding.fix


def _line(file: str, number: int) -> str:
    return Path(file).read_text().splitlines()[number - 1]


@pytest.mark.parametrize(
    "service",
    [
        "import os\ndef f(): return os.gone, len, __name__, __file__",
        "def f():\n    gone = 1\n    return lambda: gone",
        "def set_up():\n    global gone\n    gone = 1\ndef f(): return gone",
        "try:\n    import orjson_of_somebody\nexcept ImportError: pass\n"
        "def f(): return orjson_of_somebody",
        "import sys\nif sys.platform == 'win32':\n    import winreg\ndef f(): return winreg",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from x import T\n"
        "def f(x: 'T') -> 'T':\n    y: T = x\n    return y",
        "class Library:\n    def __getattr__(self, name): raise OSError(name)\nx = Library()",
        "from __future__ import annotations\ndef f(x: gone) -> gone: ...",
        "def f():\n    try: ...\n    except ValueError as gone: return gone",
        "from json import dumps as f\nfrom json import JSONEncoder",
        "\n".join(f"n{at} = {at}" for at in range(300))
        + "\ndef f(): return "
        + " + ".join(f"n{at}" for at in range(300)),
    ],
)
def test_a_name_that_is_there_or_may_be(service: str, plant: Plant) -> None:
    report = check(target(plant({"app.py": APP, "service.py": service})))
    assert report.findings == ()
    assert report.notes[-1].endswith(" functions of app:app use no name that is not there")


def test_what_is_loaded_on_demand_and_the_handler_are_read(plant: Plant) -> None:
    lazy = "import importlib\ndef load(): importlib.import_module('more')\n"
    root = plant(
        {
            "app.py": f"{APP}{lazy}",
            "service.py": "",
            "more.py": "def f(): return gone\n",
            "handler.py": "def handler(event, context): return lost\n",
        }
    )
    assert check(target(root)).passed
    found = check(target(root, prepare="app:load", handler="handler")).findings
    assert [finding.message.split(",")[0] for finding in found] == [
        "handler uses lost",
        "f uses gone",
    ]


def test_an_entry_point_that_does_not_import(plant: Plant) -> None:
    (finding,) = check(target(plant({"app.py": "import gone\n"}))).findings
    assert finding.rule == "names.import-failed"


def test_the_projects_own_backend_passes(run_gate: RunGate) -> None:
    done = run_gate("names", cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "functions of lazy_app:app use no name that is not there" in done.stdout


LATER = "from __future__ import annotations\nfrom fastapi import Depends, FastAPI\n"
CHECKED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from fastapi import Request\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            f"{LATER}{CHECKED}app = FastAPI()\n@app.get('/')\ndef f(request: Request): ...\n",
            "request of f: its annotation Request is no type",
        ),
        (
            f"{LATER}app = FastAPI()\n@app.post('/')\ndef f(item: Item): ...\n"
            "from pydantic import BaseModel\nclass Item(BaseModel): ...\n",
            "item of f: its annotation Item is no type",
        ),
        (
            f"{LATER}{CHECKED}def user(request: Request): ...\n"
            "app = FastAPI(dependencies=[Depends(user)])\n@app.get('/')\ndef f(): ...\n",
            "request of user: its annotation Request is no type",
        ),
        (
            f"{LATER}class Page:\n    def __init__(self, size: Gone): ...\n"
            "app = FastAPI()\n@app.get('/')\ndef f(page: Page = Depends(Page)): ...\n",
            "size of Page: its annotation Gone is no type",
        ),
        (
            f"{LATER}{CHECKED}inner = FastAPI()\n@inner.get('/')\ndef f(request: Request): ...\n"
            "app = FastAPI()\napp.mount('/inner', inner)\n",
            "request of f: its annotation Request is no type",
        ),
    ],
)
def test_an_annotation_that_fastapi_cannot_resolve(source: str, said: str, plant: Plant) -> None:
    (finding,) = check(target(plant({"app.py": source}))).findings
    assert finding.rule == "names.annotation"
    assert finding.message.startswith(said)
    assert finding.places[0].line
    assert finding.fix


@pytest.mark.parametrize(
    "source",
    [
        f"{LATER}from fastapi import Request\napp = FastAPI()\n@app.get('/')\n"
        "def f(request: Request, q: str | None = None) -> Gone: ...\n",
        f"{LATER}app = FastAPI()\n@app.get('/')\ndef f(): ...\ndef g(request: Gone): ...\n",
    ],
)
def test_annotations_that_are_types_or_nobodys(source: str, plant: Plant) -> None:
    if "-> Gone" in source:
        source = source.replace("@app.get('/')", "@app.get('/', response_model=None)")
    assert check(target(plant({"app.py": source}))).findings == ()
