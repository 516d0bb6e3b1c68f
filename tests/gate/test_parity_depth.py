"""What hides in includes, mounts, layers and arguments is compared too; see drifts-depth.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from gate.report import Report
from tests.gate.parity_cases import CATALOGUES, Case, catalogue
from tests.gate.planting import Plant

DEPTH = (CATALOGUES / "depth.py").read_text(encoding="utf-8")


def judged(case: Case, plant: Plant) -> Report:
    tree = {
        name: source.replace("import shared\n", "import depth, shared\n")
        for name, source in case.tree.items()
    }
    return check(target(plant({**tree, "depth.py": DEPTH})))


def target(root: Path) -> Target:
    return Target(Interpreter(root), "main:app", "lazy_app:app")


@pytest.mark.parametrize("drift", catalogue("drift", "drifts-depth.toml"))
def test_a_drift_in_the_depth_is_found_by_name(drift: Case, plant: Plant) -> None:
    findings = judged(drift, plant).findings
    assert sorted(finding.rule for finding in findings) == drift.expected, findings
    assert any(drift.said in finding.message for finding in findings), findings
    assert all(finding.fix and finding.places for finding in findings)


@pytest.mark.parametrize("same", catalogue("same", "harmless-depth.toml"))
def test_a_harmless_rewrite_in_the_depth_is_the_same(same: Case, plant: Plant) -> None:
    report = judged(same, plant)
    assert report.findings == ()
    assert report.notes[-1].startswith("main:app and lazy_app:app build the same, ")
