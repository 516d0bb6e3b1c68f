from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gate.rie import remarks
from gate.rie.contents import Contents, Entry
from gate.rie.reasons.scene import Scene
from gate.rie.template import Declared

DECLARED = Declared("cdk.out: Function", (), (), "", 3, 128, 512, "x86_64", (), environment={})


@pytest.mark.parametrize(
    "declared",
    [
        replace(DECLARED, environment={"AWS_REGION": "eu-central-1"}),
        replace(DECLARED, unknown=("AWS_REGION",)),
    ],
)
def test_lambda_takes_no_function_with_a_variable_of_its_own(declared: Declared) -> None:
    (finding,) = remarks.refused(declared)
    assert finding.rule == "smoke.reserved-variable"
    assert finding.message.startswith("cdk.out: Function sets AWS_REGION: Lambda sets that itself")


@pytest.mark.parametrize("declared", [None, replace(DECLARED, environment={"PATH": "/bin"})])
def test_other_variables_are_a_functions_own(declared: Declared | None) -> None:
    assert [*remarks.refused(declared)] == []


@pytest.mark.parametrize(
    ("folder", "rules"),
    [("/nope", ["smoke.image-working-directory"]), ("/srv", []), ("/", []), ("", [])],
)
def test_a_folder_that_the_image_has_not_is_no_place_to_start(
    folder: str, rules: list[str]
) -> None:
    there = Contents({"/srv": Entry(0o755, folder=True)})
    scene = Scene(look=lambda *_: there, starts_in=folder or "/var/task", source=Path())
    found = remarks.nowhere(replace(DECLARED, working_directory=folder), scene)
    assert [finding.rule for finding in found] == rules
