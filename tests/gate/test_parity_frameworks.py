"""`gate parity` on applications of other ASGI frameworks, as far as their public API tells."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from gate.report import Report
from tests.gate.elsewhere import interpreter
from tests.gate.planting import Plant

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("frameworks")]

LITESTAR = """
from litestar import Litestar, Router, get, post, websocket
from litestar.config.cors import CORSConfig
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig
import shared
@get("/health")
async def health() -> str: return "healthy"
@get("/me", guards=[shared.guard])
async def me() -> str: return ""
@post("/login")
async def login() -> None: ...
app = Litestar(
    [health, Router("/users", route_handlers=[me, login])],
    cors_config=CORSConfig(allow_origins=["https://a.example"]),
    on_startup=[shared.start],
)
"""
QUART = """
from quart import Quart, websocket
import shared
app = Quart(__name__)
@app.get("/health")
async def health(): return {"status": "healthy"}
@app.post("/users/<int:number>")
async def user(number): ...
@app.websocket("/ws")
async def ws(): ...
app.before_request(shared.guard)
app.register_error_handler(404, shared.lost)
"""
DJANGO = """
import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import JsonResponse
settings.configure(ROOT_URLCONF="shared_urls", MIDDLEWARE=[
    "django.middleware.common.CommonMiddleware",
    "django.middleware.gzip.GZipMiddleware",
], ALLOWED_HOSTS=["a.example"], SECRET_KEY="s" * 50)
app = get_asgi_application()
"""
URLS = """
from django.http import JsonResponse
from django.urls import include, path
def health(request): return JsonResponse({})
def me(request): return JsonResponse({})
urlpatterns = [path("health", health), path("users/", include([path("me/<int:id>", me)]))]
"""
SHARED = """
def guard(*_): ...
async def start(): ...
async def lost(_): ...
"""
FILES: Mapping[str, str] = {"shared.py": SHARED, "shared_urls.py": URLS}
APPLICATIONS = {"litestar": LITESTAR, "quart": QUART, "django": DJANGO}
# What is taken away or changed, and what a finding then says.
DRIFTS = (
    ("litestar", ", login]", "]", "POST /users/login is in main:app"),
    ("litestar", ", guards=[shared.guard]", "", "shared.guard"),
    ("litestar", "    on_startup=[shared.start],\n", "", "on_startup"),
    ("litestar", "https://a.example", "https://b.example", "cors_config"),
    ("quart", '@app.post("/users/<int:number>")\n', "", "POST /users/{int:number} is in main:app"),
    ("quart", '@app.websocket("/ws")\n', "", "websocket /ws is in main:app"),
    ("quart", "app.before_request(shared.guard)\n", "", "before_request_funcs"),
    ("quart", "register_error_handler(404", "register_error_handler(410", "error_handler_spec"),
    ("django", '    "django.middleware.gzip.GZipMiddleware",\n', "", "MIDDLEWARE"),
    ("django", "shared_urls", "other_urls", "any method /health is in main:app"),
)
OTHER_URLS = URLS.replace('path("health", health), ', "")


def judged(plant: Plant, reference: str, candidate: str) -> Report:
    files = {**FILES, "other_urls.py": OTHER_URLS, "main.py": reference, "lazy_app.py": candidate}
    python = interpreter("frameworks")
    return check(Target(Interpreter(plant(files), python=python), "main:app", "lazy_app:app"))


@pytest.mark.parametrize("framework", APPLICATIONS)
def test_the_same_application_is_the_same_and_what_is_not_seen_is_said(
    framework: str, plant: Plant
) -> None:
    report = judged(plant, APPLICATIONS[framework], "# the other\n" + APPLICATIONS[framework])
    assert report.findings == ()
    assert any(note.startswith(f"of {framework.title()} the gate sees") for note in report.notes)


@pytest.mark.parametrize(("framework", "there", "here", "said"), DRIFTS)
def test_a_drift_is_found(framework: str, there: str, here: str, said: str, plant: Plant) -> None:
    source = APPLICATIONS[framework]
    assert there in source
    report = judged(plant, source, source.replace(there, here))
    assert any(said in finding.message for finding in report.findings), report
    assert len(report.findings) == 1 or framework == "django", report
