from __future__ import annotations

from pathlib import Path
from typing import cast

import aws_cdk as cdk
import pytest

from gate.report import CannotLook, Finding, Place, Report
from stacks.validations import GateValidation, Look

CONTEXT = cast(cdk.IPolicyValidationContext, None)  # the gate does not look at it
FINDING = Finding(
    "parity.middleware.missing",
    "GZipMiddleware is in main:app and not in lazy_app:app",
    places=(Place("main.py", 42),),
    fix="add it in lazy_app.py",
)


def validate(look: Look) -> cdk.PolicyValidationPluginReport:
    return GateValidation("parity", look).validate(CONTEXT)


def test_a_check_that_finds_nothing_succeeds() -> None:
    report = validate(lambda: Report("parity"))
    assert report.success
    assert not report.violations


def test_a_finding_is_a_violation_with_its_place_and_its_fix() -> None:
    report = validate(lambda: Report("parity", (FINDING,)))
    (violation,) = report.violations
    assert not report.success
    assert violation.rule_name == FINDING.rule
    assert FINDING.message in violation.description
    assert "main.py:42" in violation.description
    assert violation.fix == FINDING.fix


def test_a_violation_is_of_no_construct_so_that_it_is_never_filtered_out() -> None:
    (violation,) = validate(lambda: Report("parity", (FINDING,))).violations
    (resource,) = violation.violating_resources
    assert resource.construct_path is None
    assert resource.resource_logical_id is None


def test_a_gate_that_cannot_look_does_not_succeed() -> None:
    def blind() -> Report:
        raise CannotLook("main.py: not there")

    report = validate(blind)
    (violation,) = report.violations
    assert not report.success
    assert violation.rule_name == "parity.cannot-look"
    assert violation.description == "main.py: not there"


def test_a_gate_that_breaks_stops_the_synthesis(tmp_path: Path) -> None:
    def broken() -> Report:
        raise ZeroDivisionError("the gate's own mistake")

    app = cdk.App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    cdk.Stack(app, "Empty")
    cdk.Validations.of(app).add_plugins(GateValidation("parity", broken))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
