"""The commands that people type, on a copy of the checkout."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from stacks.settings import ROOT, stages
from tests.stacks.checkout import Checkout, make

pytestmark = pytest.mark.slow

INCIDENT = ROOT / "tests" / "assets" / "incident"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path)


def said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


@pytest.mark.parametrize("stage", stages())
def test_every_stage_passes_its_validations_without_an_account(
    checkout: Checkout, stage: str
) -> None:
    done = checkout.synth(stage=stage)
    assert done.returncode == 0, said(done)
    report = json.loads((checkout.folder / "cdk.out" / "validation-report.json").read_text())
    assert {r["conclusion"] for r in report["pluginReports"]} <= {"success"}


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ("gzip_missing", ["(gate parity)", "GZipMiddleware(minimum_size=500)", "lazy_app.py"]),
        ("model_not_imported", ["(gate models)", "CMEActivity", "contexts.cme.models"]),
        ("wrong_handler", ["(gate handler)", "handler.lambda_handler"]),
    ],
)
def test_each_cause_of_the_incident_fails_the_synthesis_by_name(
    checkout: Checkout, tree: str, words: list[str]
) -> None:
    checkout.put_backend(INCIDENT / tree)
    # One stack alone, and not the one that holds the function: no choice gets past the gate.
    done = checkout.synth("credmate-prod-monitoring")
    assert done.returncode == 1
    for word in words:
        assert word in said(done)
    assert "Traceback" not in said(done)


def test_a_gate_that_cannot_look_fails_the_synthesis(checkout: Checkout) -> None:
    (checkout.backend / "lazy_app.py").unlink()
    done = checkout.synth()
    assert done.returncode == 1
    assert "parity.cannot-look" in said(done)


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("{}", "cdk: no stage; say -c stage=NAME, one of dev, local, prod"),
        ('{"stage": "staging"}', "cdk: stages: no stage 'staging'; known stages: dev, local, prod"),
        ('{"stage": "prod", "image_digest": "latest"}', "cdk: -c image_digest: "),
    ],
)
def test_a_stage_that_cannot_be_used_is_one_line_and_exit_2(
    checkout: Checkout, context: str, words: str
) -> None:
    done = checkout.app(context)
    assert done.returncode == 2
    assert done.stderr.startswith(words)
    assert done.stderr.count("\n") == 1
    assert not list((checkout.folder / "cdk.out").glob("*.template.json"))


def test_an_unknown_key_stops_the_command_with_its_name(checkout: Checkout) -> None:
    checkout.edit("stages/prod.toml", "burst = ", "burts = ")
    done = checkout.synth()
    assert done.returncode == 1
    assert "cdk: stages/prod.toml: api.burts: no such key" in said(done)
    assert "Traceback" not in said(done)


def test_make_deploy_refuses_an_assembly_of_another_stage(tmp_path: Path) -> None:
    (tmp_path / "credmate-dev-data.template.json").write_text("{}")
    done = subprocess.run(
        ["make", "deploy", "STAGE=prod", f"APP={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert f"deploy: {tmp_path} holds no synthesized stage prod; run make synth" in done.stderr
