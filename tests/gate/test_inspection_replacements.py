import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import importlib, pkgutil, warnings
import fastapi, starlette
from gate.inspection.child.replacements import _all_replaced
warnings.simplefilter("ignore")
for package in (fastapi, starlette):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith(("__main__", "cli")):
            try:
                importlib.import_module(module.name)
            except ImportError:  # what it needs is not installed
                pass
%s
print(sorted(name for name, _ in _all_replaced()))
"""


def said(then: str) -> str:
    command = [sys.executable, "-c", PROGRAM % then]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def test_frameworks_that_nobody_touched_have_nothing_replaced() -> None:
    assert said("") == "[]\n"


def test_functions_methods_and_classes_that_were_replaced_are_named() -> None:
    then = """
from fastapi import routing
from starlette import routing as others
from starlette.middleware.gzip import GZipMiddleware
routing.serialize_response = lambda: None
GZipMiddleware.__call__ = staticmethod(lambda: None)
others.Route = type("Route", (), {})
routing.APIRouter.__call__ = lambda: None  # it inherits one
"""
    names = [
        "fastapi.routing.APIRouter.__call__",
        "fastapi.routing.serialize_response",
        "starlette.middleware.gzip.GZipMiddleware.__call__",
        "starlette.routing.Route",
    ]
    assert said(then) == f"{names}\n"
