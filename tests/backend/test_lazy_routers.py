from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared.lazy_routers import LazyRouters, LazyRouting, RouterError

MODULE = "lazily_loaded_in_a_test"
SOURCE = """
import time
from fastapi import APIRouter
time.sleep(0.2)  # an import takes its time: the others arrive meanwhile
router = APIRouter()

@router.get("/{name}")
def hello(name: str) -> str:
    return name
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A router's module that nobody has imported."""
    path = tmp_path / f"{MODULE}.py"
    path.write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop(MODULE, None)


def application(routers: LazyRouters) -> FastAPI:
    app = FastAPI()
    app.add_middleware(LazyRouting, routers=routers)
    return app


@pytest.mark.usefixtures("module")
def test_simultaneous_first_requests_include_a_router_once() -> None:
    prepared: list[int] = []
    app = application(LazyRouters({"/hello": MODULE}, lambda: prepared.append(1)))
    before = len(app.routes)
    client, together = TestClient(app), threading.Barrier(20)

    def ask(number: int) -> tuple[int, str]:
        together.wait()
        answer = client.get(f"/hello/{number}")
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    assert answers == [(200, str(number)) for number in range(20)]
    assert len(app.routes) == before + 1
    assert prepared == [1]


@pytest.mark.usefixtures("module")
def test_loading_everything_while_requests_come_includes_once() -> None:
    routers = LazyRouters({"/hello": MODULE}, lambda: None)
    app = application(routers)
    before = len(app.routes)
    with ThreadPoolExecutor(2) as pool:
        loading = pool.submit(routers.load_all, app)
        asking = pool.submit(TestClient(app).get, "/hello/you")
    assert loading.result() is None
    assert asking.result().status_code == 200
    assert len(app.routes) == before + 1


def test_nothing_is_included_while_the_models_do_not_fit(module: Path) -> None:
    attempts: list[int] = []

    def prepare() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise LookupError("CMEActivity")

    routers = LazyRouters({"/hello": MODULE}, prepare)
    app = application(routers)
    before = len(app.routes)
    with pytest.raises(RouterError, match=f"{MODULE} does not load: LookupError: CMEActivity"):
        routers.load(app, "/hello")
    assert len(app.routes) == before
    routers.load(app, "/hello")
    assert len(app.routes) == before + 1
    assert module.exists()


@pytest.mark.parametrize("source", ["x = 1\n", "router = None\n", "raise SystemError('no')\n"])
def test_a_module_without_a_router_is_said_and_tried_again(module: Path, source: str) -> None:
    routers = LazyRouters({"/hello": MODULE}, lambda: None)
    app = application(routers)
    before = len(app.routes)
    module.write_text(source)
    with pytest.raises(RouterError, match=MODULE):
        routers.load(app, "/hello")
    assert not routers.is_loaded("/hello")
    assert len(app.routes) == before


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/api/v1/auth", "/api/v1/auth"),
        ("/api/v1/auth/", "/api/v1/auth"),
        ("/api/v1/auth/login", "/api/v1/auth"),
        ("/api/v1/authx", None),
        ("/api/v1/aut", None),
        ("/api/v1", None),
        ("api/v1/auth", None),
        ("", None),
    ],
)
def test_a_prefix_ends_at_a_slash(path: str, prefix: str | None) -> None:
    assert LazyRouters({"/api/v1/auth": "x"}, lambda: None).prefix_of(path) == prefix


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize("root_path", ["/prod", "/hello", ""])
def test_below_a_root_path(root_path: str) -> None:
    app = application(LazyRouters({"/hello": MODULE}, lambda: None))
    client = TestClient(app, root_path=root_path)
    assert client.get(f"{root_path}/hello/you").json() == "you"
