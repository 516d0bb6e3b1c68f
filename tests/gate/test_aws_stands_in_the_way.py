"""What can stand between the gate and AWS: one clear line, exit code 2, and nothing changed.

Each of the three commands that ask AWS, against AWS's own answers: throttling, a permission that is
missing, expired credentials, a wrong region, a deployment under way, an alias that is gone.
"""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from gate.cli import main
from gate.deployed import detection
from tests.gate import aws_answers
from tests.gate.release import ALIAS, FUNCTION, GROUP, IMAGE, STACK, deployment

ARN = f"arn:aws:lambda:us-east-1:000000000000:function:{FUNCTION}"
PHYSICAL = {
    "Function": ("AWS::Lambda::Function", FUNCTION),
    "Version": ("AWS::Lambda::Version", f"{ARN}:1"),
    "Alias": ("AWS::Lambda::Alias", f"{ARN}:{ALIAS}"),
    "Group": ("AWS::CodeDeploy::DeploymentGroup", GROUP["DeploymentGroupName"]),
}
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
IMAGE_CONFIG = {"Command": ["a.b"], "EntryPoint": ["/e"], "WorkingDirectory": "/var/task"}
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": FUNCTION,
                "PackageType": "Image",
                "Code": {"ImageUri": IMAGE + "1" * 64},
                "ImageConfig": IMAGE_CONFIG,
                "Timeout": 15,
                "MemorySize": 1024,
                "EphemeralStorage": {"Size": 512},
                "Architectures": ["x86_64"],
            },
        },
        "Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Function"}},
        },
        "Alias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "Name": ALIAS,
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            },
            "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": GROUP},
        },
        "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": GROUP},
    }
}
NOT_THERE = {"GetPolicy", "GetProvisionedConcurrencyConfig"}  # such a function has neither
# Of the operations that the three commands use, those that change something.
CHANGES = {"UpdateAlias", "CreateDeployment", "StopDeployment", "UpdateFunctionConfiguration"}


class Aws:
    """An account with the stage in it, until something in `refuses` or `gone` is asked for."""

    def __init__(self) -> None:
        self.status = "UPDATE_COMPLETE"
        self.deployed = True
        self.running: list[dict[str, Any]] = []
        self.refuses: dict[str, str] = {}  # service → code
        self.gone: set[str] = set()  # operations that find nothing
        self.asked: list[str] = []

    def answers(self) -> dict[str, aws_answers.Answer]:
        """For each service that is asked."""
        services: tuple[tuple[str, aws_answers.Answer], ...] = (
            ("cloudformation", self._cloudformation),
            ("lambda", self._lambda),
            ("codedeploy", self._codedeploy),
        )
        return {name: self._guarded(name, answer) for name, answer in services}

    def _guarded(self, service: str, answer: aws_answers.Answer) -> aws_answers.Answer:
        def guarded(operation: str, request: Mapping[str, Any]) -> Any:
            self.asked.append(operation)
            if code := self.refuses.get(service):
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)
            if operation in self.gone | NOT_THERE:
                code = "ResourceNotFoundException"
                raise ClientError({"Error": {"Code": code, "Message": "not found"}}, operation)
            return answer(operation, request)

        return guarded

    def _cloudformation(self, operation: str, request: Mapping[str, Any]) -> Any:
        stack = {"StackName": STACK, "StackStatus": self.status, "CreationTime": NOW}
        if operation == "DescribeStacks" and not self.deployed and "StackName" in request:
            message = f"Stack with id {STACK} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, operation)
        common = {"StackId": "id", "Timestamp": NOW}
        drift = {
            **common,
            "LogicalResourceId": "Alias",
            "PhysicalResourceId": f"{ARN}:{ALIAS}",
            "ResourceType": "AWS::Lambda::Alias",
            "StackResourceDriftStatus": "DELETED",
        }
        return {
            "DescribeStacks": {"Stacks": [stack] if self.deployed else []},
            "ListStackResources": {"StackResourceSummaries": list(map(_summary, PHYSICAL))},
            "GetTemplate": {"TemplateBody": json.dumps(TEMPLATE)},
            "DetectStackDrift": {"StackDriftDetectionId": "1"},
            "DescribeStackDriftDetectionStatus": {
                **common,
                "StackDriftDetectionId": "1",
                "DetectionStatus": "DETECTION_COMPLETE",
            },
            "DescribeStackResourceDrifts": {
                "StackResourceDrifts": [drift] if "GetAlias" in self.gone else []
            },
        }[operation]

    def _lambda(self, operation: str, request: Mapping[str, Any]) -> Any:
        configuration = {
            "FunctionName": FUNCTION,
            "Version": request.get("Qualifier", "$LATEST"),
            "PackageType": "Image",
            "Timeout": 15,
            "MemorySize": 1024,
            "EphemeralStorage": {"Size": 512},
            "Architectures": ["x86_64"],
            "ImageConfigResponse": {"ImageConfig": IMAGE_CONFIG},
        }
        versions = [{"Version": one} for one in ("$LATEST", "1", "2")]
        return {
            "GetFunction": {
                "Configuration": configuration,
                "Code": {"ImageUri": IMAGE + "1" * 64},
            },
            "GetFunctionConfiguration": configuration,
            "GetAlias": {"FunctionVersion": "1", "RevisionId": "r"},
            "ListVersionsByFunction": {"Versions": versions},
            "GetFunctionConcurrency": {},
            "GetFunctionRecursionConfig": {"RecursiveLoop": "Terminate"},
            "ListAliases": {"Aliases": []},
            "ListEventSourceMappings": {"EventSourceMappings": []},
            "ListFunctionUrlConfigs": {"FunctionUrlConfigs": []},
            "ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
            "ListProvisionedConcurrencyConfigs": {"ProvisionedConcurrencyConfigs": []},
        }[operation]

    def _codedeploy(self, operation: str, _request: Mapping[str, Any]) -> Any:
        return {
            "ListDeployments": {"deployments": [one["deploymentId"] for one in self.running]},
            "BatchGetDeployments": {"deploymentsInfo": self.running},
        }[operation]


def _summary(logical_id: str) -> dict[str, Any]:
    kind, physical = PHYSICAL[logical_id]
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical,
        "ResourceType": kind,
        "LastUpdatedTimestamp": NOW,
        "ResourceStatus": "CREATE_COMPLETE",
    }


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Aws:
    """The account, and the stage's assembly in the working directory."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(detection, "POLL_SECONDS", 0.0)
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (folder / "Demo.template.json").write_text(json.dumps(TEMPLATE))
    stack = {"templateFile": "Demo.template.json", "stackName": STACK}
    artifact = {"type": "aws:cloudformation:stack", "properties": stack}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Demo": artifact}}))
    monkeypatch.chdir(tmp_path)
    aws = Aws()
    aws_answers.put(monkeypatch, **aws.answers())
    return aws


COMMANDS = {
    "verify": ("verify", "--stage", "test"),
    "drift": ("drift", "--stage", "test"),
    "rollback": ("rollback", "--stage", "test", "--yes"),
}
every_command = pytest.mark.parametrize("command", COMMANDS)


def stopped(account: Aws, command: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Run a command, which must end with 2 and one line, and have changed nothing."""
    assert main([*COMMANDS[command], *more]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"gate {command}: ")
    assert printed.err.count("\n") == 1
    assert account.asked
    assert not CHANGES & set(account.asked)
    return printed.err


REFUSALS = {
    "throttled": ("Throttling", "wait a minute, run it again"),
    "throttled by Lambda": ("TooManyRequestsException", "wait a minute, run it again"),
    "no permission": ("AccessDenied", "ask for the permission it names"),
    "no permission, says Lambda": ("AccessDeniedException", "ask for the permission it names"),
    "expired": ("ExpiredToken", "log in again"),
    "expired, says Lambda": ("ExpiredTokenException", "log in again"),
    "unknown": ("UnrecognizedClientException", "log in again"),
}
ASKED = [
    (command, service)
    for command in COMMANDS
    for service in ("cloudformation", "lambda", "codedeploy")
    if (command, service) != ("drift", "codedeploy")  # which it does not ask
]


@pytest.mark.parametrize("what", REFUSALS)
@pytest.mark.parametrize(("command", "service"), ASKED)
def test_what_a_service_refuses(
    account: Aws, capsys: pytest.CaptureFixture[str], command: str, service: str, what: str
) -> None:
    code, todo = REFUSALS[what]
    account.refuses[service] = code
    said = stopped(account, command, capsys)
    assert code in said
    assert todo in said


@every_command
def test_another_region(account: Aws, capsys: pytest.CaptureFixture[str], command: str) -> None:
    account.deployed = False
    said = stopped(account, command, capsys, "--region", "eu-west-1")
    assert "eu-west-1" in said
    assert "--region" in said


@every_command
@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_a_stack_that_is_being_changed(
    account: Aws, capsys: pytest.CaptureFixture[str], command: str, status: str
) -> None:
    account.status = status
    assert f"{STACK} is {status}" in stopped(account, command, capsys)


@pytest.mark.parametrize("command", ["verify", "rollback"])
def test_a_deployment_under_way(
    account: Aws, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    account.running = [deployment(1, 1, 2, "InProgress")]
    assert "deployment d-1 is InProgress" in stopped(account, command, capsys)


def test_drift_asks_no_deployment_since_the_stack_is_being_changed_meanwhile(
    account: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    account.running = [deployment(1, 1, 2, "InProgress")]
    account.status = "UPDATE_IN_PROGRESS"
    assert "run it again when it has ended" in stopped(account, "drift", capsys)
    assert "ListDeployments" not in account.asked


@pytest.mark.parametrize("command", ["verify", "rollback"])
def test_an_alias_that_is_gone(
    account: Aws, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    account.gone = {"GetAlias"}
    said = stopped(account, command, capsys)
    assert f"alias {FUNCTION}:{ALIAS}" in said
    assert "deploy the stage again" in said


def test_an_alias_that_is_gone_is_what_drift_looks_for(
    account: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    account.gone = {"GetAlias"}
    assert main(list(COMMANDS["drift"])) == 1
    assert f"AWS::Lambda::Alias {ARN}:{ALIAS} is gone" in capsys.readouterr().out
    assert not CHANGES & set(account.asked)


@pytest.mark.usefixtures("account")
def test_with_nothing_in_the_way_each_gets_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Else the tests above would stop at something else."""
    assert main(list(COMMANDS["drift"])) == 0
    assert main([*COMMANDS["rollback"], "--to", "1"]) == 0
    assert main([*COMMANDS["verify"], "--url", "http://127.0.0.1:9"]) == 2  # no probes here
    assert "probes.toml" in capsys.readouterr().err
