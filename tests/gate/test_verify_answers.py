"""What `gate verify` says of services that the emulator lacks, answered in AWS's own shapes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gate import aws
from gate.assembly import Resource, Stack
from gate.deployed import alarms, canaries, deployments, log_groups
from gate.deployed.stack import Deployed, Look
from gate.report import CannotLook, Finding
from tests.gate import aws_answers
from tests.gate.release import CodeDeploy, deployment


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


def one(kind: str, **properties: object) -> Deployed:
    """A stack with one resource, which is deployed."""
    stack = Stack("demo-test-service", Path("t.json"), (Resource("It", kind, properties),))
    return Deployed(stack, "UPDATE_COMPLETE", physical={"It": "it", "App": "app"})


def said(look: Look, of: Deployed) -> tuple[list[str], list[str]]:
    """The rules of what was found, and every message."""
    everything = list(look(of, aws.session("us-east-1")))
    found = [one for one in everything if isinstance(one, Finding)]
    return [one.rule for one in found], [
        one.message if isinstance(one, Finding) else one for one in everything
    ]


GROUP = one("AWS::CodeDeploy::DeploymentGroup", ApplicationName={"Ref": "App"})
STATUSES = {
    "Succeeded": [],
    "Failed": ["verify.deployment.failed"],
    "Stopped": ["verify.deployment.failed"],
}


@pytest.mark.parametrize("status", STATUSES)
def test_the_last_deployment_counts(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    history = (deployment(2, 2, 3, status), deployment(1, 1, 2, "Failed"))
    aws_answers.put(monkeypatch, codedeploy=CodeDeploy(history, []))
    rules, (message,) = said(deployments.look, GROUP)
    assert rules == STATUSES[status]
    assert "app/it: deployment d-2" in message


@pytest.mark.parametrize("status", ["Created", "InProgress", "Baking"])
def test_a_deployment_under_way_cannot_be_judged(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    aws_answers.put(monkeypatch, codedeploy=CodeDeploy((deployment(2, 2, 3, status),), []))
    with pytest.raises(CannotLook, match=f"d-2 is {status}; run it again when it has ended"):
        said(deployments.look, GROUP)


def test_a_group_without_deployments_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    aws_answers.put(monkeypatch, codedeploy=CodeDeploy((), []))
    assert said(deployments.look, GROUP) == ([], ["app/it: no deployment yet"])


RUNS = {
    "passed": ("RUNNING", ("PASSED",), [], "its last run passed"),
    "failed": ("RUNNING", ("FAILED",), ["verify.canary.failed"], "FAILED: login is down"),
    "running": ("RUNNING", ("RUNNING", "FAILED"), ["verify.canary.failed"], "login is down"),
    "first": ("RUNNING", (), [], "no run has ended yet"),
    "stopped": ("STOPPED", ("PASSED",), ["verify.differs"], "it is STOPPED"),
}


@pytest.mark.parametrize("what", RUNS)
def test_the_last_run_of_the_canary_counts(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    state, runs, rules, message = RUNS[what]

    def answer(operation: str, _request: Mapping[str, Any]) -> Any:
        if operation == "GetCanary":
            return {"Canary": {"Status": {"State": state}}}
        return {
            "CanaryRuns": [{"Status": {"State": r, "StateReason": "login is down"}} for r in runs]
        }

    aws_answers.put(monkeypatch, synthetics=answer)
    found, messages = said(canaries.look, one("AWS::Synthetics::Canary", Name="it"))
    assert found == rules
    assert message in "\n".join(messages)


def test_a_composite_alarm_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_operation: str, request: Mapping[str, Any]) -> Any:
        assert "CompositeAlarm" in request["AlarmTypes"]
        return {"CompositeAlarms": [{"AlarmName": "it", "StateValue": "ALARM", "StateReason": "x"}]}

    aws_answers.put(monkeypatch, cloudwatch=answer)
    rules, messages = said(alarms.look, one("AWS::CloudWatch::CompositeAlarm"))
    assert rules == ["verify.alarm.red"]
    assert "alarm it is in ALARM: x" in messages


KEY = {"Fn::GetAtt": ["Key", "Arn"]}
KEYS = {
    "own": (KEY, "arn:aws:kms:::key/1", []),
    "another's": (KEY, "arn:aws:kms:::key/2", ["verify.differs"]),
    "none": (KEY, None, ["verify.differs"]),
    "of another stack": ({"Fn::ImportValue": "key"}, "arn:aws:kms:::key/2", []),
    "of another stack, gone": ({"Fn::ImportValue": "key"}, None, ["verify.differs"]),
    "undeclared": (None, "arn:aws:kms:::key/1", ["verify.differs"]),
}


@pytest.mark.parametrize("what", KEYS)
def test_the_key_of_a_log_group(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    declared, deployed, rules = KEYS[what]
    group = {"logGroupName": "it"} | ({"kmsKeyId": deployed} if deployed else {})
    aws_answers.put(monkeypatch, logs=lambda *_: {"logGroups": [{"logGroupName": "it2"}, group]})
    of = one("AWS::Logs::LogGroup", **({"KmsKeyId": declared} if declared else {}))
    of = Deployed(of.stack, of.status, physical={"It": "it", "Key": "1"})
    assert said(log_groups.look, of)[0] == rules


LOOKS: Mapping[str, tuple[Look, Deployed]] = {
    "codedeploy": (deployments.look, GROUP),
    "synthetics": (canaries.look, one("AWS::Synthetics::Canary", Name="it")),
    "cloudwatch": (alarms.look, one("AWS::CloudWatch::Alarm")),
}


@pytest.mark.parametrize("service", LOOKS)
def test_what_aws_refuses_is_never_a_pass(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    look, of = LOOKS[service]
    aws_answers.put(monkeypatch, **{service: aws_answers.refused("ThrottlingException")})
    with pytest.raises(CannotLook, match=r"ThrottlingException.*wait a minute"):
        said(look, of)
