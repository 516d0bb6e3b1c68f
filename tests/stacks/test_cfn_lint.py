"""CloudFormation's own linter finds nothing in any template."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from stacks.stage_values import RETENTION_DAYS
from tests.stacks.assembled import Assembled

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
# What stands, and why.
IGNORED = {
    "W3005": "The CDK says a dependency again that a reference implies: no harm.",
    "W3010": "Zones are settings, so that a synthesis asks no account which there are.",
}


def lint(files: Sequence[Path]) -> str:
    """What it says of the templates, warnings too; "" where that is nothing."""
    ignored = [part for rule in IGNORED for part in ("--ignore-checks", rule)]
    done = subprocess.run(
        [str(CFN_LINT), *ignored, "--", *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def test_every_template_is_clean(any_stage: Assembled) -> None:
    files = sorted(any_stage.folder.glob("*.template.json"))
    assert len(files) == len(any_stage.templates)
    assert lint(files) == ""


def test_a_template_that_is_wrong_is_not(local: Assembled, tmp_path: Path) -> None:
    file = tmp_path / "wrong.template.json"
    shutil.copy(next(local.folder.glob("*-service.template.json")), file)
    template = json.loads(file.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Timeout"] = "soon"
    file.write_text(json.dumps(template))
    assert "E3012" in lint([file])


def test_a_stage_may_say_the_retention_times_that_cloudwatch_knows_and_no_other() -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::Logs::LogGroup").schema
    assert list(RETENTION_DAYS) == schema["properties"]["RetentionInDays"]["enum"]
