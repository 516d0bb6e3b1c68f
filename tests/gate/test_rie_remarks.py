from __future__ import annotations

from dataclasses import replace

import pytest

from gate.rie import remarks
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
