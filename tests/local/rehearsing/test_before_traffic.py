import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.rehearsing.before_traffic import foreign
from local.rehearsing.stand_ins import CodeDeploy, joined


def test_a_text_of_a_template_is_joined() -> None:
    image = {"Fn::Join": ["", ["1.dkr.", {"Ref": "AWS::URLSuffix"}, "/backend@sha256:a"]]}
    expected = {"Fn::Join": ["", ['{"image":"', image, '"}']]}
    assert json.loads(joined(expected)) == {"image": joined(image)}
    assert joined("plain") == "plain"


def test_the_deployment_goes_from_one_version_to_the_next() -> None:
    said = CodeDeploy("backend").get_deployment(deploymentId="d-1")
    content = json.loads(said["deploymentInfo"]["revision"]["appSpecContent"]["content"])
    properties = content["Resources"][0]["live"]["Properties"]
    assert properties == {
        "Name": "backend",
        "Alias": "live",
        "CurrentVersion": "1",
        "TargetVersion": "2",
    }


def test_a_program_of_another_processor_does_not_run(tmp_path: Path) -> None:
    program = foreign(Path(sys.executable).resolve(), tmp_path)
    with pytest.raises(OSError, match="Exec format error"):
        subprocess.run([str(program), "-c", ""], check=True)
