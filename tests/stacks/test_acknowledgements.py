"""Each finding that stands is a real one, and there are no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

import app as cdk_app
from stacks import acknowledgements, validations
from stacks.settings import STAGES, Settings, load, stages
from tests.stacks.assembled import CONTEXT, DIGEST
from tests.stacks.two_accounts import two_accounts


def findings(settings: Settings, folder: Path, files: Path = STAGES) -> set[tuple[str, str]]:
    """What cdk-nag finds when nothing is acknowledged: construct path and rule."""
    app = cdk.App(context=CONTEXT, outdir=str(folder), builtin_cloud_formation_validation=False)
    cdk_app.build(app, settings, files)
    cdk.Validations.of(app).add_plugins(*validations.nag(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report: dict[str, Any] = json.loads((folder / "validation-report.json").read_text())
    return {
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        if not violation["ruleName"].startswith("Annotation::")  # of the CDK, not of cdk-nag
        for construct in violation["violatingConstructs"]
    }


def acknowledged(settings: Settings, files: Path = STAGES) -> set[tuple[str, str]]:
    rows = acknowledgements.rows(settings, files)
    return {(settings.name(path), rule) for path, rule, _ in rows}


@pytest.mark.parametrize("stage", stages())
def test_every_finding_stands_on_one_line_and_every_line_has_its_finding(
    stage: str, tmp_path: Path
) -> None:
    settings = load(stage, image_digest=DIGEST)
    compare(findings(settings, tmp_path), acknowledged(settings), is_whole=stage != "local")


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_so_it_is_where_the_stages_are_in_two_accounts(stage: str, tmp_path: Path) -> None:
    files = two_accounts(tmp_path)
    settings = load(stage, files, image_digest=DIGEST)
    found = findings(settings, tmp_path / "cdk.out", files)
    compare(found, acknowledged(settings, files), is_whole=True)


def compare(found: set[tuple[str, str]], known: set[tuple[str, str]], *, is_whole: bool) -> None:
    """Each finding has its line; each line its finding, where all resources are there."""
    covered = {
        (path, rule)
        for path, rule in known
        if any(f.startswith(f"{path}/") and rule == r for f, r in found)
    }
    assert {
        r for f, r in found if not any(f.startswith(f"{p}/") and r == q for p, q in known)
    } == set()
    if is_whole:  # local has fewer resources than the common table has lines
        assert known - covered == set()


def test_every_line_has_a_reason() -> None:
    rows = acknowledgements.rows(load("prod"))
    assert all(len(reason) > 20 for _, _, reason in rows)
