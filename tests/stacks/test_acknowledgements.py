"""Each finding that stands is a real one, and there are no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

import app as cdk_app
from stacks import acknowledgements, validations
from stacks.settings import Settings, load, stages
from tests.stacks.assembled import CONTEXT, DIGEST


def findings(settings: Settings, folder: Path) -> set[tuple[str, str]]:
    """What cdk-nag finds when nothing is acknowledged: construct path and rule."""
    app = cdk.App(context=CONTEXT, outdir=str(folder), builtin_cloud_formation_validation=False)
    cdk_app.build(app, settings)
    cdk.Validations.of(app).add_plugins(*validations.nag(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report: dict[str, Any] = json.loads((folder / "validation-report.json").read_text())
    return {
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


def acknowledged(settings: Settings) -> set[tuple[str, str]]:
    names = {"project": settings.project, "stage": settings.stage, "region": settings.region}
    rows = acknowledgements.rows(settings)
    return {(settings.name(path), rule.format(**names)) for path, rule, _ in rows}


@pytest.mark.parametrize("stage", stages())
def test_every_finding_stands_on_one_line_and_every_line_has_its_finding(
    stage: str, tmp_path: Path
) -> None:
    settings = load(stage, image_digest=DIGEST)
    found, known = findings(settings, tmp_path), acknowledged(settings)
    covered = {
        (path, rule)
        for path, rule in known
        if any(f.startswith(f"{path}/") and rule == r for f, r in found)
    }
    assert {
        r for f, r in found if not any(f.startswith(f"{p}/") and r == q for p, q in known)
    } == set()
    if stage != "local":  # which has fewer resources than the common table has lines
        assert known - covered == set()


def test_every_line_has_a_reason() -> None:
    rows = acknowledgements.rows(load("prod"))
    assert all(len(reason) > 20 for _, _, reason in rows)
