"""`gate parity` with the FastAPI of others: routes kept flat, and whole without a public walk."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from tests.gate.elsewhere import interpreter
from tests.gate.parity_cases import Case, cases
from tests.gate.planting import Plant

pytestmark = pytest.mark.slow

# The oldest that is understood; lifespans for routers; the last that flattens what is included;
# the first that keeps it whole, without `iter_route_contexts`. The newest is everywhere else.
VERSIONS = ("0.100.0", "0.115.0", "0.136.0", "0.137.0")
EVERY = 20  # of the other cases: what does not depend on how routes are kept
NOT_POSSIBLE = {("0.100.0", "a positional argument")}  # of `add_middleware`: since Starlette 0.36


def chosen(kind: str, file: str) -> list[Case]:
    """Return the cases that include routers or mount applications, and a few of the others."""
    every = cases(kind, file)
    walked = [c for c in every if "include_router" in c.candidate or "mount(" in c.candidate]
    return [c for c in every if c in walked[::3] or c in every[::EVERY]]


def pairs(kind: str, file: str) -> list[ParameterSet]:
    return [
        pytest.param(
            version, case, id=f"{version}-{case.name}", marks=pytest.mark.xdist_group(version)
        )
        for version in VERSIONS
        for case in chosen(kind, file)
        if (version, case.name) not in NOT_POSSIBLE
    ]


def rules(plant: Plant, version: str, case: Case) -> list[str]:
    python = interpreter(f"fastapi-{version}")
    found = check(Target(Interpreter(plant(case.tree), python=python), "main:app", "lazy_app:app"))
    return sorted(finding.rule for finding in found.findings)


@pytest.mark.parametrize(("version", "case"), pairs("drift", "drifts.toml"))
def test_a_drift_is_found_with_this_version(version: str, case: Case, plant: Plant) -> None:
    assert rules(plant, version, case) == case.expected


@pytest.mark.parametrize(("version", "case"), pairs("same", "harmless.toml"))
def test_a_rewrite_is_harmless_with_this_version(version: str, case: Case, plant: Plant) -> None:
    assert rules(plant, version, case) == []
