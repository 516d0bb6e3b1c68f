"""Entry points that are in the way of their own inspection: never a pass that saw nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from tests.gate.planting import Plant

APP = """
from fastapi import APIRouter, FastAPI
router = APIRouter(prefix="/users")
@router.get("/me")
def me(): ...
app = FastAPI()
app.include_router(router)
"""
# What modules do to their interpreter, all at once; none of it changes the application.
HABITS = """
import atexit, builtins, io, json, os, signal, sys, threading, time
os.chdir("/")
print("x" * 3_000_000)
sys.stdout.close(); os.close(1); sys.stdout = sys.stderr = io.StringIO()
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)
json.dumps = json.JSONEncoder.default = os.write = os.open = os.rename = builtins.open = None
threading.Thread(target=time.sleep, args=(600,)).start()
sys.excepthook = sys.unraisablehook = None
sys.setrecursionlimit(200)
atexit.register(os.abort)
if os.fork() == 0:
    time.sleep(600)
sys.path.clear()
for name in [name for name in sys.modules if name.split(".")[0] in ("fastapi", "starlette")]:
    del sys.modules[name]
"""


def target(root: Path, memory: int = Interpreter.memory) -> Target:
    return Target(Interpreter(root, memory=memory), "main:app", "lazy_app:app")


def test_what_a_module_does_to_its_interpreter_is_no_difference(plant: Plant) -> None:
    root = plant({"main.py": APP, "lazy_app.py": APP + HABITS})
    report = check(target(root))
    assert report.findings == ()
    assert report.notes == ("main:app and lazy_app:app build the same, 1 routes",)


def test_what_a_module_does_to_its_interpreter_hides_no_difference(plant: Plant) -> None:
    root = plant({"main.py": APP, "lazy_app.py": APP.replace("/me", "/you") + HABITS})
    rules = [finding.rule for finding in check(target(root)).findings]
    assert rules == ["parity.route.missing", "parity.route.extra"]


RAISES = """
class Hostile(FastAPI):
    @property
    def {name}(self): raise {error}
    @{name}.setter
    def {name}(self, value): ...
app = Hostile()
"""


@pytest.mark.parametrize(
    ("code", "rule", "said"),
    [
        (RAISES.format(name="routes", error="KeyError('x')"), "inspection-failed", "KeyError: 'x'"),
        (RAISES.format(name="state", error="SystemExit(0)"), "exits", "calls sys.exit(0)"),
        (
            RAISES.format(name="routes", error="KeyboardInterrupt"),
            "inspection-failed",
            "KeyboardInterrupt",
        ),
        (
            "import fastapi.routing\nfastapi.routing.iter_route_contexts = lambda routes: 1 / 0\n",
            "inspection-failed",
            "ZeroDivisionError",
        ),
        ("kept = []\nwhile True: kept.append(bytearray(2**24))\n", "import-failed", "MemoryError"),
    ],
)
def test_what_cannot_be_looked_at_is_a_finding(
    code: str, rule: str, said: str, plant: Plant
) -> None:
    root = plant({"main.py": APP, "lazy_app.py": APP + code})
    started = time.monotonic()
    (finding,) = check(target(root, memory=2**29)).findings
    assert time.monotonic() - started < 50
    assert finding.rule == f"parity.{rule}"
    assert said in finding.message
    assert finding.fix


MANY = """
from fastapi import APIRouter, FastAPI
def answer(): ...
app = FastAPI()
for group in {groups}:
    router = APIRouter(prefix=f"/g{{group}}")
    for at in range(100):
        router.add_api_route(f"/{{at}}/{{{{name}}}}", answer, methods=["GET", "PUT"])
    app.include_router(router)
"""


def test_thousands_of_routes_in_another_order_take_seconds(plant: Plant) -> None:
    groups = "range(25)", "reversed(range(25))"
    root = plant(
        {"main.py": MANY.format(groups=groups[0]), "lazy_app.py": MANY.format(groups=groups[1])}
    )
    report = check(target(root))
    assert report.findings == ()
    assert report.notes[-1].endswith(" build the same, 2500 routes")
