"""The backend in the emulator of Lambda, as each stage's template runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import paths
from tests.stacks.assembled import Assembled

pytestmark = pytest.mark.slow


def smoke(assembly: Path) -> subprocess.CompletedProcess[str]:
    command = [
        *(sys.executable, "-m", "gate", "smoke", "--local", "--template", str(assembly)),
        *("--environment", "local.in_stage:environment", "--untimed"),  # other tests run beside it
    ]
    return subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)


def test_the_backend_answers_with_the_settings_of_its_stage(in_aws: Assembled) -> None:
    done = smoke(in_aws.folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_variable_that_a_template_lost_is_found(prod: Assembled, tmp_path: Path) -> None:
    assembly = Path(shutil.copytree(prod.folder, tmp_path / "assembly"))
    (file,) = assembly.glob("*-service.template.json")
    template = json.loads(file.read_text())
    for resource in template["Resources"].values():
        variables = resource["Properties"].get("Environment", {}).get("Variables", {})
        if resource["Type"] == "AWS::Lambda::Function":
            variables.pop("JWT_SECRET_ARN", None)
    file.write_text(json.dumps(template))
    done = smoke(assembly)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "login" in done.stdout
