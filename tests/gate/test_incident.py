"""RIS-050's three causes, each in a tree of its own, stopped by name through the command line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.gate.planting import REPOSITORY, RunGate

TREES = REPOSITORY / "tests/assets/incident"
PYPROJECT = """\
[tool.gate]
root = "{root}"
prepare = "lazy_app:load_all_routers"
models-prepare = "lazy_app:import_models"
"""


@dataclass(frozen=True)
class Cause:
    tree: str
    check: str
    message: str
    places: tuple[str, ...]
    fix: str


CAUSES = (
    Cause(
        "gzip_missing",
        "parity",
        "GZipMiddleware(minimum_size=500) is in main:app and not in lazy_app:app",
        ("main.py:11", "lazy_app.py:10"),
        "add it in lazy_app.py, or build both from one function",
    ),
    Cause(
        "model_not_imported",
        "models",
        "lazy_app never imports CMEActivity, which the relationship Provider.activities names; "
        "contexts.cme.models defines it",
        ("contexts/providers/models.py:11", "contexts/cme/models.py:8", "lazy_app.py"),
        "add to lazy_app.py: from contexts.cme.models import CMEActivity  # noqa: F401",
    ),
    Cause(
        "wrong_handler",
        "handler",
        "handler.lambda_handler names the module handler, and there is no handler.py below ",
        (),
        "correct the handler command, or write handler.py; there is lambda_handler.handler",
    ),
)
CHECKS = ("parity", "models", "handler")


def judge(run_gate: RunGate, folder: Path, tree: str, check: str) -> tuple[int, dict[str, Any]]:
    root = TREES / tree
    (folder / "pyproject.toml").write_text(PYPROJECT.format(root=root), encoding="utf-8")
    done = run_gate(check, "--format", "json", cwd=folder)
    assert done.stderr == ""
    (report,) = json.loads(done.stdout)["reports"]
    return done.returncode, report


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.tree)
def test_a_cause_is_stopped_by_name(cause: Cause, run_gate: RunGate, tmp_path: Path) -> None:
    code, report = judge(run_gate, tmp_path, cause.tree, cause.check)
    assert code == 1
    (finding,) = report["findings"]
    assert finding["message"].startswith(cause.message)
    assert finding["fix"] == cause.fix
    prefix = f"{TREES / cause.tree}/"
    shown = [
        place["path"].removeprefix(prefix) + (f":{place['line']}" if place["line"] else "")
        for place in finding["places"]
    ]
    assert tuple(shown) == cause.places


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.tree)
def test_the_other_checks_do_not_blame_the_tree(
    cause: Cause, run_gate: RunGate, tmp_path: Path
) -> None:
    for check in CHECKS:
        if check != cause.check:
            assert judge(run_gate, tmp_path, cause.tree, check)[0] == 0


@pytest.mark.parametrize("check", CHECKS)
def test_the_tree_that_is_right_passes(check: str, run_gate: RunGate, tmp_path: Path) -> None:
    code, report = judge(run_gate, tmp_path, "good", check)
    assert (code, report["findings"]) == (0, [])
    assert report["notes"]


def test_nothing_is_written_into_the_judged_tree(run_gate: RunGate, tmp_path: Path) -> None:
    before = sorted(TREES.rglob("*"))
    for check in CHECKS:
        judge(run_gate, tmp_path, "good", check)
    assert sorted(TREES.rglob("*")) == before
