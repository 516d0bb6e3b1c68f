"""What `gate drift` says of what the emulator cannot list, answered in AWS's own shapes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from gate import aws
from gate.assembly import Resource, Stack
from gate.deployed import attached
from gate.deployed.stack import Deployed
from gate.report import Finding
from tests.gate import aws_answers

ARN = "arn:aws:lambda:us-east-1:000000000000:function:it"
WAITING = (f"{ARN}:7", f"{ARN}:live")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


def answer(operation: str, _request: Mapping[str, Any]) -> Any:
    """A function with nothing attached to it but instances that wait, of a version and an alias."""
    if operation == "GetPolicy":
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, operation)
    if operation == "ListProvisionedConcurrencyConfigs":
        return {"ProvisionedConcurrencyConfigs": [{"FunctionArn": arn} for arn in WAITING]}
    return {
        "ListAliases": {"Aliases": []},
        "ListEventSourceMappings": {"EventSourceMappings": []},
        "ListFunctionUrlConfigs": {"FunctionUrlConfigs": []},
        "ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
    }[operation]


DECLARED = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}}


@pytest.mark.parametrize(("properties", "found"), [({}, [f"{ARN}:7"]), (DECLARED, [])])
def test_instances_that_wait_for_a_version_are_the_templates_or_named(
    monkeypatch: pytest.MonkeyPatch, properties: dict[str, Any], found: list[str]
) -> None:
    """An alias's own are looked at with the alias."""
    aws_answers.put(monkeypatch, **{"lambda": answer})
    resources = (
        Resource("It", "AWS::Lambda::Function", {}),
        Resource("Version", "AWS::Lambda::Version", properties),
    )
    physical = {"It": "it", "Version": f"{ARN}:7"}
    one = Deployed(Stack("demo", Path("t.json"), resources), "UPDATE_COMPLETE", physical=physical)
    said = list(attached.look(one, aws.session("us-east-1"), [one]))
    assert [finding.message for finding in said if isinstance(finding, Finding)] == [
        f"it: provisioned concurrency {arn} belongs to no stack of the stage" for arn in found
    ]
