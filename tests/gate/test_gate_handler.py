from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from gate.checks import handler
from gate.checks.handler import Target, check
from gate.config import Config, HandlerSource, load
from gate.inspection.runner import Interpreter
from gate.report import Place, Report
from tests.gate.planting import Plant

TREE = {
    "handler.py": """
        from functools import partial
        def lambda_handler(event, context): ...
        def anything(*args): ...
        def default(event, context=None, more=1): ...
        def one(event): ...
        def three(event, context, more): ...
        class Mangum:
            def __call__(self, event, context): ...
        mangum = Mangum()
        async def coroutine(event, context): ...
        def generator(event, context): yield
        class Asynchronous:
            async def __call__(self, event, context): ...
        asynchronous = Asynchronous()
        def run(function):
            import functools
            @functools.wraps(function)
            def wrapped(event, context): ...
            return wrapped
        awaited = run(coroutine)
        half = partial(three, more=1)
        number = 1
    """,
    "pkg/__init__.py": "def main(event, context): ...",
    "pkg/inner.py": "def main(event, context): ...",
    "my-handler.py": "def main(event, context): ...",
    "asgi.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "broken.py": "\nimport gone\ndef main(event, context): ...",
    "ends.py": "import sys\nsys.exit(3)",
}


@pytest.mark.parametrize(
    "command",
    [
        "handler.lambda_handler",
        "handler.anything",
        "handler.default",
        "handler.mangum",
        "handler.half",
        "handler.awaited",
        "pkg.main",
        "pkg.inner.main",
        "pkg/inner.main",
        "my-handler.main",
    ],
)
def test_a_callable_passes(command: str, plant: Plant) -> None:
    report = check(Target(Interpreter(plant(TREE)), command))
    assert report.findings == ()
    assert report.notes == (f"{command} takes (event, context)",)


@pytest.mark.parametrize(
    ("command", "rule", "said"),
    [
        ("handler", "malformed", "'handler' is no handler command"),
        ("handler.", "malformed", "'handler.' is no handler command"),
        ("handler:lambda_handler", "malformed", "is no handler command"),
        ("../handler.main", "malformed", "is no handler command"),
        ("", "malformed", "'' is no handler command"),
        ("gone.main", "no-module", "names the module gone, and there is no gone.py below"),
        ("pkg/gone.main", "no-module", "there is no pkg/gone.py below"),
        ("handler.gone", "no-attribute", "names gone, which handler does not have"),
        ("handler.number", "not-callable", "is of type int, which cannot be called"),
        ("handler.one", "not-callable", "does not take (event, context)"),
        ("handler.three", "not-callable", "does not take (event, context)"),
        ("handler.coroutine", "not-callable", "is a coroutine function, and nobody awaits it"),
        ("handler.asynchronous", "not-callable", "is a coroutine function, and nobody awaits it"),
        ("handler.generator", "not-callable", "is a generator, and nobody runs it"),
        ("asgi.app", "not-callable", "is a FastAPI application, which takes no event: wrap it"),
        ("uvicorn main:app --port 8080", "malformed", "'uvicorn main:app --port 8080' is no"),
        ("broken.main", "import-failed", "No module named 'gone'"),
        ("ends.main", "exits", "calls sys.exit(3)"),
    ],
)
def test_anything_else_is_one_finding(command: str, rule: str, said: str, plant: Plant) -> None:
    (finding,) = check(Target(Interpreter(plant(TREE)), command)).findings
    assert finding.rule == f"handler.{rule}"
    assert said in finding.message
    assert finding.fix


def test_a_broken_module_is_named_with_its_line(plant: Plant) -> None:
    root = plant(TREE)
    (finding,) = check(Target(Interpreter(root), "broken.main")).findings
    assert finding.places == (Place(str(root / "broken.py"), 2),)


def test_the_place_where_the_command_is_written_is_named(plant: Plant, tmp_path: Path) -> None:
    stage = tmp_path / "stage.toml"
    stage.write_text('[function]\n\ncommand = "gone.main"\n', encoding="utf-8")
    config = Config(root=plant(TREE), handler=HandlerSource(stage, "function.command"))
    parser = argparse.ArgumentParser()
    handler.add_options(parser)
    (finding,) = check(handler.target(parser.parse_args([]), config)).findings
    assert finding.places == (Place(str(stage), 3),)
    given = handler.target(parser.parse_args(["--handler", "handler.lambda_handler"]), config)
    assert check(given).findings == ()


LIFESPAN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from mangum import Mangum
@asynccontextmanager
async def connect(app):
    yield
"""
STARTED = f"""{LIFESPAN}
app = FastAPI(lifespan=connect)
"""
HOOKED = f"""{LIFESPAN}
app = FastAPI()
@app.on_event("startup")
async def connect(): ...
"""
OFF = 'handler = Mangum(app, lifespan="off")\n'
BEHIND = """
from functools import wraps
answer = Mangum(app, lifespan="off")
def traced(function):
    @wraps(function)
    def wrapped(event, context):
        return function(event, context)
    return wrapped
@traced
def handler(event, context):
    return answer(event, context)
"""
WRAPPED = """
from starlette.middleware.gzip import GZipMiddleware
handler = Mangum(GZipMiddleware(app), lifespan="off")
"""


@pytest.mark.parametrize(
    "source", [STARTED + OFF, HOOKED + OFF, STARTED + BEHIND, STARTED + WRAPPED]
)
def test_an_application_that_is_never_started_is_found(source: str, plant: Plant) -> None:
    root = plant({"app.py": source})
    (finding,) = check(Target(Interpreter(root), "app.handler")).findings
    assert finding.rule == "handler.lifespan-off"
    assert finding.message.startswith("app.handler never runs connect, which the application has")
    assert finding.places[0].path == str(root / "app.py")
    assert finding.fix


@pytest.mark.parametrize(
    "source",
    [
        STARTED + "handler = Mangum(app)\n",
        STARTED + 'handler = Mangum(app, lifespan="on")\n',
        f"{LIFESPAN}app = FastAPI()\n{OFF}",
        f"{HOOKED}import asyncio\nasyncio.run(connect())\n{OFF}",
        f"{STARTED}import asyncio\n"
        f"asyncio.run(app.router.lifespan_context(app).__aenter__())\n{OFF}",
    ],
)
def test_one_that_is_started_or_need_not_be_passes(source: str, plant: Plant) -> None:
    assert check(Target(Interpreter(plant({"app.py": source})), "app.handler")).findings == ()


def allowed(plant: Plant, tmp_path: Path, rows: str) -> Report:
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[tool.gate]\nroot = 'tree'\nhandler = 'app.handler'\n{rows}")
    plant({"app.py": STARTED + OFF})
    parser = argparse.ArgumentParser()
    handler.add_options(parser)
    return check(handler.target(parser.parse_args([]), load(tmp_path)))


def test_a_start_that_is_meant_for_another_server_is_allowed(plant: Plant, tmp_path: Path) -> None:
    row = "{ rule = 'handler.lifespan-off', name = 'connect', reason = 'for uvicorn alone' }"
    report = allowed(plant, tmp_path, f"handler-allow = [{row}]\n")
    assert report.findings == ()
    assert "allowed, handler.lifespan-off, connect: for uvicorn alone" in report.notes


def test_another_start_is_not_allowed_by_it(plant: Plant, tmp_path: Path) -> None:
    row = "{ rule = 'handler.lifespan-off', path = 'other.py', reason = 'for uvicorn alone' }"
    (finding,) = allowed(plant, tmp_path, f"handler-allow = [{row}]\n").findings
    assert finding.rule == "handler.lifespan-off"


def test_an_allowance_that_is_not_needed_is_found(plant: Plant, tmp_path: Path) -> None:
    rows = ", ".join(
        f"{{ rule = 'handler.lifespan-off', name = '{name}', reason = 'meant' }}"
        for name in ("connect", "gone")
    )
    (finding,) = allowed(plant, tmp_path, f"handler-allow = [{rows}]\n").findings
    assert finding.rule == "handler.allowance.unused"
    assert "handler.lifespan-off, gone allows nothing" in finding.message
