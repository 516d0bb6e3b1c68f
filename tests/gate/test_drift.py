"""`gate drift` against a real stack in the emulator, changed by hand where no template looks."""

import json
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from gate.checks import drift
from gate.cli import main
from gate.deployed import detection
from gate.report import CannotLook
from local.emulator import Emulator, emulator
from tests.gate import aws_answers, release
from tests.gate.release import ALIAS, FUNCTION, STACK

pytestmark = pytest.mark.slow

LOG = f"/aws/lambda/{FUNCTION}"
ROLE = "arn:aws:iam::000000000000:role/"
LAYER = "arn:aws:lambda:us-east-1:000000000000:layer:spy:1"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:spy"


def body() -> dict[str, Any]:
    """A function of which nearly everything is left out, its alias, alarm, log and permission."""
    template = release.template(group=False, properties={"MemorySize": 512})
    alarm = {
        "AlarmName": "demo-errors",
        "MetricName": "Errors",
        "Namespace": "AWS/Lambda",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Alias"},
        "Principal": "apigateway.amazonaws.com",
    }
    template["Resources"] |= {
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": LOG}},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": permission},
    }
    return template


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    folder = Path(tempfile.mkdtemp(prefix="drift-"))
    with emulator(region="us-east-1", folder=folder, proxies={}) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def target(
    aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[drift.Target]:
    """The stack deployed just so, and its assembly."""
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(detection, "POLL_SECONDS", 0.0)
    template = body()
    (tmp_path / "Demo.template.json").write_text(json.dumps(template))
    stack = {"templateFile": "Demo.template.json", "stackName": STACK}
    artifact = {"type": "aws:cloudformation:stack", "properties": stack}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Demo": artifact}}))
    with release.deployed(template):
        yield drift.Target("test", tmp_path)
    # The emulator keeps a function's URL when the function goes.
    urllib.request.urlopen(f"{aws.url}/_ministack/reset", data=b"").close()


def found(target: drift.Target) -> list[str]:
    return [finding.message for finding in drift.check(target).findings]


def test_what_was_deployed_and_left_alone_has_no_drift(target: drift.Target) -> None:
    report = drift.check(target)
    assert [finding.message for finding in report.findings] == []
    assert f"{STACK}: CloudFormation sees no drift" in report.notes
    assert f"{STACK}: 4 resources beside the defaults of what is left out" in report.notes


def by(service: Any, operation: str, **request: Any) -> Callable[[], object]:
    def change() -> object:
        client: Any = boto3.Session().client(service)
        return getattr(client, operation)(**request)

    return change


def function(operation: str, **request: Any) -> Callable[[], object]:
    return by("lambda", operation, FunctionName=FUNCTION, **request)


def settings(**change: Any) -> Callable[[], object]:
    return function("update_function_configuration", **change)


BY_HAND: Mapping[str, tuple[Callable[[], object], str]] = {
    "declared": (settings(MemorySize=128), "/MemorySize is 128, the template says 512"),
    "timeout": (settings(Timeout=60), "timeout is 60; the template leaves it out"),
    "tracing": (settings(TracingConfig={"Mode": "Active"}), "tracing is Active; "),
    "dead letters": (
        settings(DeadLetterConfig={"TargetArn": QUEUE}),
        f"dead-letter queue is {QUEUE}; the template leaves it out, and the default is none",
    ),
    "environment": (
        settings(Environment={"Variables": {"DEBUG": "hush-hush"}}),
        "environment is ['DEBUG']",
    ),
    "reserved": (
        function("put_function_concurrency", ReservedConcurrentExecutions=0),
        "reserved concurrency is 0; the template leaves it out, and the default is none",
    ),
    "recursion": (
        function("put_function_recursion_config", RecursiveLoop="Allow"),
        "recursive loops is Allow; ",
    ),
    "storage": (settings(EphemeralStorage={"Size": 1024}), "ephemeral storage is 1024; "),
    "URL": (
        function("create_function_url_config", AuthType="NONE"),
        f"{FUNCTION}: function URL arn:aws:lambda:us-east-1:000000000000:function:{FUNCTION} "
        "belongs to no stack of the stage",
    ),
    "invocation": (
        function("put_function_event_invoke_config", MaximumRetryAttempts=0),
        f"{FUNCTION}: asynchronous invocation setting ",
    ),
    "statement": (
        function(
            "add_permission", StatementId="open", Action="lambda:InvokeFunction", Principal="*"
        ),
        f"{FUNCTION}: policy statement open belongs to no stack of the stage",
    ),
    "statement of the alias": (
        function(
            "add_permission",
            StatementId="ajar",
            Action="lambda:InvokeFunction",
            Principal="*",
            Qualifier=ALIAS,
        ),
        f"{FUNCTION}: policy statement ajar belongs to no stack of the stage",
    ),
    "alias": (
        function("create_alias", Name="mine", FunctionVersion="1"),
        f"{FUNCTION}: alias arn:aws:lambda:us-east-1:000000000000:function:{FUNCTION}:mine ",
    ),
    "weights": (
        function(
            "update_alias", Name=ALIAS, RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}}
        ),
        "weights is {'1': 0.5}; ",
    ),
    "provisioned": (
        function(
            "put_provisioned_concurrency_config",
            Qualifier=ALIAS,
            ProvisionedConcurrentExecutions=2,
        ),
        "provisioned concurrency is 2; ",
    ),
    "muted": (
        by("cloudwatch", "disable_alarm_actions", AlarmNames=["demo-errors"]),
        "demo-errors: actions enabled is False; ",
    ),
    "alarm": (
        by("cloudwatch", "delete_alarms", AlarmNames=["demo-errors"]),
        "AWS::CloudWatch::Alarm demo-errors is gone",
    ),
    "retention": (
        by("logs", "put_retention_policy", logGroupName=LOG, retentionInDays=1),
        f"{LOG}: retention is 1; the template leaves it out, and the default is none",
    ),
    "log group": (
        by("logs", "delete_log_group", logGroupName=LOG),
        f"{STACK}: AWS::Logs::LogGroup {LOG} is gone",
    ),
    "function": (function("delete_function"), f"{STACK}: AWS::Lambda::Function {FUNCTION} is gone"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_a_change_by_hand_is_named(target: drift.Target, what: str) -> None:
    change, expected = BY_HAND[what]
    change()
    messages = found(target)
    assert expected in "\n".join(messages)
    assert "hush-hush" not in "\n".join(messages)
    assert len(messages) == (2 if what == "function" else 1)  # its alias goes with it


def test_an_event_source_and_more_actions_of_an_alarm(target: drift.Target) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="spy")
    uuid = boto3.client("lambda").create_event_source_mapping(
        FunctionName=FUNCTION, EventSourceArn=QUEUE, Enabled=False
    )["UUID"]
    alarm = body()["Resources"]["Alarm"]["Properties"]
    boto3.client("cloudwatch").put_metric_alarm(**alarm, AlarmActions=[f"{QUEUE}"])
    assert found(target) == [
        f"demo-errors: alarm actions is ['{QUEUE}']; the template leaves it out, "
        "and the default is none",
        f"{FUNCTION}: event source mapping {uuid} belongs to no stack of the stage",
    ]
    boto3.client("lambda").delete_event_source_mapping(UUID=uuid)
    boto3.client("sqs").delete_queue(QueueUrl=queue["QueueUrl"])


def test_a_stack_that_is_not_deployed_cannot_be_looked_at(target: drift.Target) -> None:
    manifest = target.assembly / "manifest.json"
    manifest.write_text(manifest.read_text().replace(STACK, "demo-test-other"))
    with pytest.raises(CannotLook, match="demo-test-other is not deployed in us-east-1"):
        drift.check(target)


def cloudformation(*drifts: dict[str, Any], statuses: tuple[str, ...]) -> aws_answers.Answer:
    """CloudFormation with one stack, whose detection goes through `statuses`."""
    left = list(statuses)
    time = "2026-01-01T00:00:00Z"
    common = {"StackId": "id", "Timestamp": time}

    def answer(operation: str, _request: Mapping[str, Any]) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "DescribeStacks": lambda: {
                "Stacks": [
                    {"StackName": STACK, "StackStatus": "UPDATE_COMPLETE", "CreationTime": time}
                ]
            },
            "ListStackResources": lambda: {"StackResourceSummaries": []},
            "DetectStackDrift": lambda: {"StackDriftDetectionId": "1"},
            "DescribeStackDriftDetectionStatus": lambda: {
                **common,
                "StackDriftDetectionId": "1",
                "DetectionStatus": left.pop(0),
                "DetectionStatusReason": "Internal Failure",
            },
            "DescribeStackResourceDrifts": lambda: {
                "StackResourceDrifts": [{**common, **one} for one in drifts]
            },
        }
        return answers[operation]()

    return answer


def resource_drift(status: str, **more: Any) -> dict[str, Any]:
    return {
        "LogicalResourceId": "It",
        "PhysicalResourceId": "it",
        "ResourceType": "AWS::SNS::Topic",
        "StackResourceDriftStatus": status,
        **more,
    }


def detected(target: drift.Target, answer: aws_answers.Answer, patch: pytest.MonkeyPatch) -> Any:
    """The report of a stack without resources of its own."""
    (target.assembly / "Demo.template.json").write_text("{}")
    aws_answers.put(patch, cloudformation=answer)
    return drift.check(target)


def test_it_waits_for_the_detection_and_names_what_it_found(
    target: drift.Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    difference = {"ExpectedValue": "a", "ActualValue": "b", "DifferenceType": "NOT_EQUAL"}
    paths = ("/DisplayName", "/Environment/Variables/KEY")
    answer = cloudformation(
        resource_drift("DELETED"),
        resource_drift("UNKNOWN", DriftStatusReason="no permission"),
        resource_drift(
            "MODIFIED", PropertyDifferences=[difference | {"PropertyPath": path} for path in paths]
        ),
        statuses=("DETECTION_IN_PROGRESS", "DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"),
    )
    report = detected(target, answer, monkeypatch)
    assert [finding.message for finding in report.findings] == [
        f"{STACK}: AWS::SNS::Topic it is gone",
        f"{STACK}: AWS::SNS::Topic it: /DisplayName is b, the template says a",
        f"{STACK}: AWS::SNS::Topic it: /Environment/Variables/KEY is not what the template says "
        "(NOT_EQUAL)",
    ]
    assert report.notes == (
        f"{STACK}: AWS::SNS::Topic it: CloudFormation could not tell: no permission",
    )


def test_a_detection_that_fails_is_never_a_pass(
    target: drift.Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotLook, match="DETECTION_FAILED: Internal Failure"):
        detected(target, cloudformation(statuses=("DETECTION_FAILED",)), monkeypatch)
    monkeypatch.setattr(detection, "WAIT_SECONDS", -1.0)
    with pytest.raises(CannotLook, match="no answer"):
        detected(target, cloudformation(statuses=("DETECTION_IN_PROGRESS",)), monkeypatch)


@pytest.mark.parametrize("code", ["Throttling", "AccessDenied", "ExpiredToken", "ValidationError"])
def test_what_aws_refuses_is_one_line_and_2(
    target: drift.Target,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: str,
) -> None:
    for service in ("cloudformation", "lambda", "cloudwatch", "logs"):
        aws_answers.put(monkeypatch, **{service: aws_answers.refused(code)})
        assert main(["drift", "--stage", "test", "--assembly", str(target.assembly)]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert code in error or "is not deployed in us-east-1" in error
