from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import lazy_app
import main
from lazy_app import MIDDLEWARE, ROUTERS, app, load_all_routers
from shared.lazy_routers import LazyRouters, LazyRouting
from tests.backend.support import BACKEND, ORIGIN, copied_backend, edit, run_in

HEAVY = ("sqlalchemy", "psycopg", "alembic", "boto3", "jwt", "argon2", "contexts")


def ok(program: str, **variables: str) -> str:
    """What a program prints in a fresh interpreter that has nothing but the backend's source."""
    done = run_in(BACKEND, program, variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_one_application() -> None:
    assert main.app is lazy_app.app


def test_importing_needs_nothing_and_imports_nothing_heavy() -> None:
    program = "import sys, lazy_app; print(*sys.modules)"
    modules = {name.partition(".")[0] for name in ok(program).split()}
    assert "fastapi" in modules
    assert modules.isdisjoint(HEAVY)


def test_health_needs_no_variable_and_no_router() -> None:
    program = (
        "import sys; from fastapi.testclient import TestClient; from lazy_app import app;"
        "answer = TestClient(app).get('/health');"
        "print(answer.status_code, answer.text, 'sqlalchemy' in sys.modules)"
    )
    assert ok(program).splitlines()[-1] == '200 {"status":"healthy","mode":"lazy"} False'


def test_a_login_loads_its_router_and_every_model() -> None:
    program = (
        "import sys; from fastapi.testclient import TestClient; from lazy_app import app;"
        "TestClient(app).post('/api/v1/auth/login', json={});"
        "print(*[name for name in sys.modules if name.startswith('contexts.')])"
    )
    modules = set(ok(program).splitlines()[-1].split())
    contexts = {path.parent.name for path in BACKEND.glob("contexts/*/models.py")}
    assert {f"contexts.{name}.models" for name in contexts} <= modules
    assert {name for name in modules if name.endswith(".router")} == {"contexts.auth.router"}


def test_every_context_is_in_the_tables() -> None:
    contexts = {path.parent.name for path in BACKEND.glob("contexts/*/router.py")}
    assert set(ROUTERS.values()) == {f"contexts.{name}.router" for name in contexts}
    imported = set(ok("import models, sys; print(*sys.modules)").split())
    models = {path.parent.name for path in BACKEND.glob("contexts/*/models.py")}
    assert {f"contexts.{name}.models" for name in models} <= imported


def test_no_prefix_is_inside_another() -> None:
    assert not [
        pair for pair in permutations(ROUTERS, 2) if f"{pair[0]}/".startswith(f"{pair[1]}/")
    ]


def test_each_middleware_is_there_once_in_this_order() -> None:
    names = ["CORS", "GZipMiddleware", "Tracing", "Audit", "LazyRouting"]
    assert [getattr(entry.cls, "__name__", "") for entry in MIDDLEWARE] == names
    assert [entry.cls for entry in app.user_middleware] == [entry.cls for entry in MIDDLEWARE]
    assert MIDDLEWARE[1].kwargs == {"minimum_size": 500}


@pytest.mark.parametrize("first", ["/health", "/openapi.json", "/api/v1/auth/login"])
def test_the_schema_is_whole_whatever_was_asked_before(first: str) -> None:
    program = (
        "import sys; from fastapi.testclient import TestClient; from lazy_app import app;"
        f"client = TestClient(app); client.get({first!r});"
        "schema = client.get('/openapi.json').json();"
        "assert app.openapi() == schema;"
        "print(*schema['paths'])"
    )
    paths = ok(program).splitlines()[-1].split()
    assert {"/health", "/ready", "/api/v1/auth/login"} <= set(paths)
    for prefix in ROUTERS:
        assert any(path.startswith(prefix) for path in paths)


def test_a_router_included_later_is_in_the_schema() -> None:
    program = (
        "from fastapi import APIRouter; from lazy_app import app;"
        "before = app.openapi(); router = APIRouter(); router.get('/late')(lambda: None);"
        "app.include_router(router);"
        "print('/late' in before['paths'], '/late' in app.openapi()['paths'])"
    )
    assert ok(program).split() == ["False", "True"]


def test_the_schema_travels_compressed(client: TestClient) -> None:
    with client.stream("GET", "/openapi.json", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    plain = gzip.decompress(raw)
    assert len(raw) < len(plain)
    assert len(plain) > 500
    assert json.loads(plain)["openapi"].startswith("3.")
    uncompressed = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in uncompressed.headers
    small = client.get("/health", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


def test_cors_lets_the_known_origin_in_and_no_other(client: TestClient) -> None:
    known = client.get("/health", headers={"Origin": ORIGIN})
    assert known.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in known.headers
    other = client.get("/health", headers={"Origin": "https://evil.example.com"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("origin", "method", "status"),
    [
        (ORIGIN, "POST", 200),
        (ORIGIN, "DELETE", 200),
        (ORIGIN, "TRACE", 400),
        ("https://evil.example.com", "POST", 400),
        (f"{ORIGIN}.evil.com", "POST", 400),
        ("null", "POST", 400),
    ],
)
def test_a_preflight_loads_nothing(origin: str, method: str, status: int) -> None:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type, x-request-id",
    }
    program = (
        "import sys; from fastapi.testclient import TestClient; from lazy_app import app;"
        f"answer = TestClient(app).options('/api/v1/auth/login', headers={headers!r});"
        "print(answer.status_code, 'contexts' in sys.modules)"
    )
    assert ok(program, CORS_ORIGINS=ORIGIN).splitlines()[-1] == f"{status} False"


# What an application that includes every router at once answers. Nothing of it needs a database.
REQUESTS = [
    ("GET", "/api/v1/auth/login"),
    ("HEAD", "/api/v1/auth/login"),
    ("OPTIONS", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/login/"),
    ("POST", "/api/v1/auth//login"),
    ("POST", "/api/v1/%61uth/login"),
    ("POST", "/api/v1/auth%2Flogin"),
    ("POST", "/api/v1/auth/%2e%2e/auth/login"),
    ("POST", "/API/V1/auth/login"),
    ("POST", "/api/v1/authx"),
    ("POST", "/api/v1/authx/login"),
    ("GET", "/api/v1/auth"),
    ("GET", "/api/v1/auth/"),
    ("GET", "/api/v1/auth/nothing"),
    ("GET", "/api/v1/users"),
    ("GET", "/api/v1/users/"),
    ("HEAD", "/api/v1/users"),
    ("DELETE", "/api/v1/users"),
    ("GET", "/api/v1/users/me"),
    ("GET", "/api/v1/providers/x"),
    ("GET", "/api/v1"),
    ("GET", "/"),
    ("GET", "//"),
    ("HEAD", "/health"),
    ("POST", "/health"),
    ("GET", "/health/"),
    ("GET", "/docs"),
    ("GET", "/redoc"),
]


@pytest.fixture
def lazily() -> Iterator[TestClient]:
    """An application like ours, with nothing loaded yet."""
    routers = LazyRouters(ROUTERS, lambda: None)
    fresh = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None)
    fresh.router.routes[:] = [
        route for route in app.routes if getattr(route, "path", "") in ("/health", "/ready")
    ]
    fresh.add_middleware(LazyRouting, routers=routers)
    for exception, handler in app.exception_handlers.items():
        fresh.add_exception_handler(exception, handler)
    yield TestClient(fresh)


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_lazily_is_as_eagerly(
    client: TestClient, lazily: TestClient, method: str, path: str
) -> None:
    load_all_routers()
    eager, lazy = (
        each.request(method, path, headers={"X-Request-ID": "same"}, follow_redirects=False)
        for each in (client, lazily)
    )
    assert lazy.status_code == eager.status_code
    assert lazy.headers.get("allow") == eager.headers.get("allow")
    assert lazy.status_code in {200, 401, 404, 405, 422}
    if lazy.content:
        errors = [answer.json().get("error", {}) for answer in (lazy, eager)]
        assert len({(error.get("code"), error.get("message")) for error in errors}) == 1


def test_an_error_has_one_shape(client: TestClient) -> None:
    for method, path, code in (
        ("GET", "/nothing", "not_found"),
        ("DELETE", "/health", "method_not_allowed"),
        ("POST", "/api/v1/auth/login", "unprocessable_content"),
        ("GET", "/api/v1/users/me", "unauthorized"),
    ):
        error = client.request(method, path, headers={"X-Request-ID": "r-1"}).json()["error"]
        assert error["code"] == code
        assert error["message"]
        assert error["request_id"] == "r-1"


def test_a_wildcard_origin_is_refused_and_nothing_is_healthy() -> None:
    program = (
        "from fastapi.testclient import TestClient; from lazy_app import app;"
        "client = TestClient(app, raise_server_exceptions=False);"
        "print(client.get('/health').status_code)"
    )
    assert ok(program, CORS_ORIGINS="*").splitlines()[-1] == "500"


def test_a_broken_router_is_500_now_and_works_when_mended(tmp_path: Path) -> None:
    """In one process: the failure leaves nothing half-included behind."""
    program = """
import pathlib
from fastapi.testclient import TestClient
from lazy_app import app
path = pathlib.Path("contexts/auth/router.py")
good = path.read_text()
client = TestClient(app)
def login():
    answer = client.post("/api/v1/auth/login", json={})
    print("ANSWER", answer.status_code, answer.text)
path.write_text(good + "import no_such_module\\n")
login(); login()
print("ANSWER", client.get("/health").status_code, client.get("/ready").status_code)
path.write_text(good)
login()
print("ANSWER", sum("/api/v1/auth/login" in p for p in app.openapi()["paths"]))
"""
    root = copied_backend(tmp_path)
    done = run_in(root, program, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert done.returncode == 0, done.stderr
    answers = [line[7:] for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert [answer[:3] for answer in answers] == ["500", "500", "200", "422", "1"]
    assert answers[2] == "200 503"
    assert "no_such_module" not in answers[0]  # the cause is for the log
    assert done.stdout.count("contexts.auth.router does not load: ModuleNotFoundError") >= 3


def test_a_model_that_breaks_halfway_names_the_true_cause_every_time(tmp_path: Path) -> None:
    root = copied_backend(tmp_path)
    edit(
        root / "contexts/cme/models.py", "class CMEActivity(Row", "1 / 0\n\n\nclass CMEActivity(Row"
    )
    program = (
        "from fastapi.testclient import TestClient; from lazy_app import app;"
        "client = TestClient(app);"
        "[client.post('/api/v1/auth/login', json={}) for _ in range(2)]"
    )
    done = run_in(root, program)
    assert done.stdout.count("does not load: ZeroDivisionError: division by zero") == 2
    assert "already defined" not in done.stdout
