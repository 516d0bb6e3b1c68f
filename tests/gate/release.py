"""A stage with three versions behind an alias, in the emulator; what it lacks is answered here."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

STACK, FUNCTION, ALIAS = "demo-test-service", "demo-test-backend", "live"
IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/backend@sha256:"
GROUP = {"ApplicationName": "demo-app", "DeploymentGroupName": "demo-group"}


def template(*, group: bool, properties: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A function, its version 1 and its alias, moved by CodeDeploy if there is a `group`."""
    function = {
        "FunctionName": FUNCTION,
        "PackageType": "Image",
        "Role": "arn:aws:iam::000000000000:role/demo",
        "Code": {"ImageUri": IMAGE + "1" * 64},
        **(properties or {}),
    }
    version = {"FunctionName": {"Ref": "Function"}}
    alias = version | {"Name": ALIAS, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}
    policy = {"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": GROUP}} if group else {}
    return {
        "Resources": {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Version": {"Type": "AWS::Lambda::Version", "Properties": version},
            "Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias, **policy},
        }
    }


@contextmanager
def deployed(body: Mapping[str, Any], name: str = STACK) -> Iterator[None]:
    """The stack, for the body."""
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))
    fast: Any = {"Delay": 0.1}  # the emulator answers at once
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=fast)
    try:
        yield
    finally:
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=fast)


def publish(digit: str, **variables: str) -> str:
    """Publish a version whose image's digest is all `digit`, and give it the traffic."""
    client = boto3.client("lambda")
    client.update_function_configuration(
        FunctionName=FUNCTION, Environment={"Variables": variables}
    )
    client.update_function_code(FunctionName=FUNCTION, ImageUri=IMAGE + digit * 64)
    number = client.publish_version(FunctionName=FUNCTION)["Version"]
    move(number)
    return number


def ready() -> None:
    """Wait until the versions can be called."""
    often: Any = {"Delay": 0.1, "MaxAttempts": 200}
    boto3.client("lambda").get_waiter("published_version_active").wait(
        FunctionName=FUNCTION, Qualifier=points_to(), WaiterConfig=often
    )


def move(version: str) -> None:
    """Point the alias to a version, as CodeDeploy does at the end."""
    boto3.client("lambda").update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=version)


def points_to() -> str:
    """The version with the traffic."""
    return boto3.client("lambda").get_alias(FunctionName=FUNCTION, Name=ALIAS)["FunctionVersion"]


def deployment(minute: int, current: int, target: int, status: str = "Succeeded") -> dict[str, Any]:
    """A deployment as CodeDeploy describes it."""
    properties = {"CurrentVersion": str(current), "TargetVersion": str(target)}
    content = json.dumps({"Resources": [{"fn": {"Properties": properties}}]})
    return {
        "deploymentId": f"d-{minute}",
        "status": status,
        "createTime": datetime.datetime(2026, 1, 1, 3, minute, tzinfo=datetime.UTC),
        "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    }


class CodeDeploy:
    """CodeDeploy as far as it is asked; each request is kept, `statuses` is how a new one goes.

    Requests pass botocore's own validation, answers have the shapes of its model.
    """

    def __init__(self, history: Iterable[dict[str, Any]], statuses: Iterable[str]) -> None:
        self.history, self.statuses = list(history), list(statuses)
        self.created: dict[str, Any] = {}
        self.on_success: Callable[[str], None] = move

    def __call__(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer an operation."""
        if operation == "ListDeployments":
            return {"deployments": [one["deploymentId"] for one in self.history]}
        if operation == "BatchGetDeployments":
            return {"deploymentsInfo": self.history}
        if operation == "CreateDeployment":
            self.created = dict(request)
            return {"deploymentId": "d-new"}
        return {"deploymentInfo": deployment(59, 3, 2, self._status())}

    def _status(self) -> str:
        status = self.statuses.pop(0)
        if status == "Succeeded":
            spec = json.loads(self.created["revision"]["appSpecContent"]["content"])
            self.on_success(spec["Resources"][0][ALIAS]["Properties"]["TargetVersion"])
        return status
