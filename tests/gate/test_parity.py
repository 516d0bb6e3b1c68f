"""Each drift is found by name, with both places; each harmless rewrite is the same."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from gate.report import CannotLook, Report
from tests.gate.parity_cases import HEALTH, SHARED, Case, catalogue, source
from tests.gate.parity_score import RIGHT, RUN, WRONG, Record
from tests.gate.planting import REPOSITORY, Plant


def judge(plant: Plant, reference: str, candidate: str) -> Report:
    root = plant(
        {"main.py": source(reference), "lazy_app.py": source(candidate), "shared.py": SHARED}
    )
    return check(target(root))


def target(
    root: Path, reference: str = "main:app", candidate: str = "lazy_app:app", prepare: str = ""
) -> Target:
    return Target(Interpreter(root), reference, candidate, prepare)


GZIP = "app.add_middleware(GZipMiddleware, minimum_size=500)"
INCLUDE = "app.include_router(users)"
GUARDED = "dependencies=[Depends(shared.require_user)]"


@pytest.mark.parametrize("drift", catalogue("drift", "drifts.toml"))
def test_a_drift_is_one_finding_by_name(drift: Case, plant: Plant, record_property: Record) -> None:
    findings = check(target(plant(drift.tree))).findings
    record_property(RUN, RIGHT if findings else WRONG)
    assert sorted(finding.rule for finding in findings) == drift.expected, findings
    assert any(drift.said in finding.message for finding in findings), findings
    assert all(finding.fix for finding in findings)


@pytest.mark.parametrize("same", catalogue("same", "harmless.toml"))
def test_a_harmless_rewrite_is_the_same(same: Case, plant: Plant, record_property: Record) -> None:
    report = check(target(plant(same.tree)))
    record_property(RUN, RIGHT if not report.findings else WRONG)
    assert report.findings == ()
    assert report.notes[-1].startswith("main:app and lazy_app:app build the same, ")


def test_both_places_and_the_fix_are_named(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = "from fastapi import FastAPI\n"
    gzip = "from starlette.middleware.gzip import GZipMiddleware\n"
    main = f"{app}{gzip}app = FastAPI()\n\napp.add_middleware(GZipMiddleware, minimum_size=500)\n"
    root = plant({"main.py": main + HEALTH, "lazy_app.py": f"{app}\napp = FastAPI()\n{HEALTH}"})
    (finding,) = check(target(root)).findings
    assert [str(place) for place in finding.places] == ["tree/main.py:5", "tree/lazy_app.py:3"]
    assert finding.fix == "add it in lazy_app.py, or build both from one function"


def test_a_guard_dropped_at_the_include_names_both_includes(plant: Plant) -> None:
    report = judge(plant, f"app.include_router(users, {GUARDED})", INCLUDE)
    lines = {Path(place.path).name: place.line for place in report.findings[0].places}
    assert lines == {"main.py": 19, "lazy_app.py": 19}


@pytest.mark.parametrize(
    "argument",
    [
        "secret_key='{}'",
        "'{}'",
        "options={{'password': '{}'}}",
        "url='postgresql://user:{}@host/db'",
        "secret=SecretStr('{}')",
    ],
)
def test_secrets_are_compared_and_never_shown(argument: str, plant: Plant) -> None:
    middleware = (
        "class M:\n    def __init__(self, app, secret_key='', options=None, url='', secret=None):"
        " ...\napp.add_middleware(M, {})\n"
    )
    report = judge(
        plant,
        middleware.format(argument.format("hunter2")),
        middleware.format(argument.format("hunter3")),
    )
    assert [finding.rule for finding in report.findings] == ["parity.middleware.differs"]
    assert "hunter" not in str(report)
    assert "***" in report.findings[0].message


def test_other_scopes_of_a_security_parameter_are_a_drift(plant: Plant) -> None:
    code = '@app.get("/a")\ndef a(u=Security(shared.require_user, scopes=[{}])): ...'
    report = judge(plant, code.format('"read"'), code.format('"write"'))
    (finding,) = report.findings
    assert finding.rule == "parity.dependency.differs"
    assert "scopes=['read']" in finding.message


def test_one_object_is_a_single_entry_point(plant: Plant) -> None:
    root = plant({"lazy_app.py": source(GZIP), "main.py": "from lazy_app import app\n"})
    (root / "shared.py").write_text(SHARED)
    report = check(target(root))
    assert report.findings == ()
    assert report.notes == ("single entry point: main:app is lazy_app:app",)


LAZY = """
import importlib
def load(): app.include_router(importlib.import_module("more").router)
"""
MORE = """
from fastapi import APIRouter
router = APIRouter()
@router.get("/more")
def more(): ...
"""


@pytest.mark.parametrize("prepare", ["lazy_app:load", "loader:load", "loader:load_later"])
def test_lazy_routers_are_loaded_first(prepare: str, plant: Plant) -> None:
    root = plant(
        {
            "main.py": source("from more import router\napp.include_router(router)"),
            "lazy_app.py": source(f"app = FastAPI()\n{LAZY}"),
            "more.py": MORE,
            "shared.py": SHARED,
            "loader.py": """
                from more import router
                def load(app):
                    if not any("more" in str(vars(route)) for route in app.routes):
                        app.include_router(router)
                async def load_later(app):
                    load(app)
            """,
        }
    )
    (finding,) = check(target(root)).findings
    assert finding.rule == "parity.route.missing"
    assert "say --prepare module:function" in finding.fix
    assert check(target(root, prepare=prepare)).findings == ()


def test_a_lazy_router_that_does_not_load_is_found(plant: Plant) -> None:
    root = plant(
        {
            "main.py": "from lazy_app import app\n",
            "lazy_app.py": source(f"app = FastAPI()\n{LAZY}"),
            "more.py": "import gone\n",
            "shared.py": SHARED,
        }
    )
    (finding,) = check(target(root, prepare="lazy_app:load")).findings  # of both, told once
    assert finding.rule == "parity.prepare-failed"
    assert finding.message.startswith("main:app, as lazy_app:app, cannot be prepared: ")
    assert "No module named 'gone'" in finding.message
    assert finding.places[0].path.endswith("more.py")
    assert finding.places[0].line == 1


HANDLERS = {
    "object": "handler = Mangum(app)\n",
    "function": """
answer = Mangum(app, lifespan="off")
def handler(event, context):
    return answer(event, context)
""",
}


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("gzip", ["", GZIP])
def test_a_handler_is_judged_by_the_application_in_it(name: str, gzip: str, plant: Plant) -> None:
    handler = f"{source(gzip)}from mangum import Mangum\n{HANDLERS[name]}"
    root = plant({"main.py": source(""), "lambda_function.py": handler, "shared.py": SHARED})
    report = check(target(root, candidate="lambda_function:handler"))
    rules = [finding.rule for finding in report.findings]
    assert rules == (["parity.middleware.extra"] if gzip else [])
    assert "lambda_function:handler is an adapter (" in report.notes[0]


def test_a_handler_of_the_reference_itself_is_a_single_entry_point(plant: Plant) -> None:
    handler = "from mangum import Mangum\nfrom main import app\nhandler = Mangum(app)\n"
    root = plant({"main.py": source(""), "lambda_function.py": handler, "shared.py": SHARED})
    report = check(target(root, candidate="lambda_function:handler"))
    assert report.notes[-1] == "single entry point: main:app is lambda_function:handler"


def test_factories_and_dotted_attributes(plant: Plant) -> None:
    root = plant(
        {
            "main.py": """
                from fastapi import FastAPI
                def create_app():
                    app = FastAPI()
                    @app.get("/health")
                    def health(): return 1
                    return app
            """,
            "lazy_app.py": "import main\nclass server: app = main.create_app()\n",
        }
    )
    report = check(target(root, reference="main:create_app()", candidate="lazy_app:server.app"))
    assert report.findings == ()


def test_plain_starlette(plant: Plant) -> None:
    app = """
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.gzip import GZipMiddleware
        from starlette.routing import Route
        def health(request): ...
        app = Starlette(routes=[Route("/health", health)], middleware=[{}])
    """
    root = plant(
        {"main.py": app.format("Middleware(GZipMiddleware)"), "lazy_app.py": app.format("")}
    )
    assert [f.rule for f in check(target(root)).findings] == ["parity.middleware.missing"]


@pytest.mark.parametrize("unseen", catalogue("unseen", "unseen.toml"))
def test_an_entry_point_that_cannot_be_seen_is_found(unseen: Case, plant: Plant) -> None:
    root = plant({"main.py": source(""), "shared.py": SHARED, "lazy_app.py": unseen.code})
    (finding,) = check(target(root)).findings
    assert finding.rule == f"parity.{unseen.rule}"
    assert finding.message.startswith("lazy_app:app ")
    assert unseen.said in finding.message
    assert Path(finding.places[0].path).name == "lazy_app.py"
    assert finding.places[0].line == unseen.line


def test_an_entry_point_that_hangs_is_found_where_it_hangs(plant: Plant) -> None:
    hanging = "import time\ntime.sleep(600)\n"
    root = plant({"main.py": source(""), "shared.py": SHARED, "lazy_app.py": hanging})
    (finding,) = check(replace(target(root), interpreter=Interpreter(root, timeout=3))).findings
    assert finding.rule == "parity.hangs"
    assert finding.message == "lazy_app:app is not done after 3 seconds"
    assert finding.places[0].line == 2


def test_an_application_of_another_framework_cannot_be_looked_at(plant: Plant) -> None:
    app = "async def app(scope, receive, send): ...\n"
    root = plant({"main.py": app, "lazy_app.py": app})
    with pytest.raises(CannotLook, match="no Starlette or FastAPI application"):
        check(target(root))


BACKEND = REPOSITORY / "lambda_src/backend"


def split_backend(folder: Path) -> Path:
    """Copy this repository's backend, with a second entry point that builds its own application."""
    root = folder / "backend"
    shutil.copytree(BACKEND, root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "lazy_app.py", root / "main.py")
    return root


def test_the_real_backend_is_a_single_entry_point() -> None:
    report = check(target(BACKEND, prepare="lazy_app:load_all_routers"))
    assert report.findings == ()
    assert report.notes == ("single entry point: main:app is lazy_app:app",)


@dataclass(frozen=True)
class Break:
    """One edit of the split backend, and what must be found."""

    file: str
    line: str
    rule: str
    said: str


BREAKS = (
    Break(
        "lazy_app.py",
        "    Middleware(GZipMiddleware, minimum_size=500),\n",
        "parity.middleware.missing",
        "GZipMiddleware(minimum_size=500) is in main:app and not in lazy_app:app",
    ),
    Break(
        "main.py",
        '    "/api/v1/cme": "contexts.cme.router",\n',
        "parity.route.extra",
        "/api/v1/cme/",
    ),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.rule)
def test_the_real_backend_split_in_two(broken: Break, tmp_path: Path) -> None:
    root = split_backend(tmp_path)
    both = target(root, prepare="lazy_app:load_all_routers")
    assert check(both).findings == ()
    source = (root / broken.file).read_text(encoding="utf-8")
    assert broken.line in source
    (root / broken.file).write_text(source.replace(broken.line, ""), encoding="utf-8")
    findings = {finding.rule: finding for finding in check(both).findings}
    assert broken.said in findings[broken.rule].message


def test_factories_in_modules_of_their_own_are_the_entry_points_own(plant: Plant) -> None:
    def tree(one: str, other: str) -> dict[str, str]:
        entry = "from {}.factory import app\n"
        files = {f"{name}/factory.py": source(body) for name, body in (("a", one), ("b", other))}
        entries = {"main.py": entry.format("a"), "lazy_app.py": entry.format("b")}
        return {**files, **entries, "shared.py": SHARED}

    assert check(target(plant(tree("", "")))).findings == ()
    (finding,) = check(target(plant(tree(GZIP, "")))).findings
    assert finding.rule == "parity.middleware.missing"
    (finding,) = check(target(plant(tree(f"{INCLUDE}\n", f"{INCLUDE}\n{GZIP}")))).findings
    assert finding.rule == "parity.middleware.extra"
