"""Changes by hand are told, and those of a deployment are not: judged by EventBridge's rules.

The emulator matches events by the documented operators.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.emulator import Emulator, emulator
from tests.alarm_message.told import API_CALL, DRIFT, PIPELINE
from tests.stacks.assembled import Assembled

pytestmark = pytest.mark.slow

RULE = "AWS::Events::Rule"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(region="us-east-1", folder=tmp_path_factory.mktemp("aws"), proxies={}) as running:
        yield running


class Rules:
    """The rules of a stage, asked which of them an event matches."""

    def __init__(self, stage: Assembled, aws: Emulator) -> None:
        self._client = aws.session().client("events", endpoint_url=aws.url)
        self._patterns = {
            rule["Name"].removeprefix(f"{stage.settings.prefix}-"): json.dumps(rule["EventPattern"])
            for rule in stage.of_type(RULE)
        }

    def matching(self, event: dict[str, Any]) -> set[str]:
        whole = {"id": "1", "account": "1", "region": "us-east-1", "resources": [],
                 "time": "2026-11-25T03:00:00Z", "version": "0", **event}  # fmt: skip
        return {
            name
            for name, pattern in self._patterns.items()
            if self._client.test_event_pattern(EventPattern=pattern, Event=json.dumps(whole))[
                "Result"
            ]
        }


@pytest.fixture
def rules(prod: Assembled, aws: Emulator) -> Rules:
    return Rules(prod, aws)


def call(service: str, name: str, **more: Any) -> dict[str, Any]:
    event = copy.deepcopy(API_CALL)
    event["source"] = f"aws.{service}"
    event["detail"]["eventName"] = name
    event["detail"]["requestParameters"] = {}
    event["detail"] |= more
    return event


def on(**members: object) -> dict[str, Any]:
    return {"requestParameters": members}


ARN = "arn:aws:lambda:us-east-1:111122223333:function:credmate-prod-backend"
BY_HAND = [
    ("lambda", "UpdateFunctionConfiguration20150331v2", on(functionName="credmate-prod-backend")),
    ("lambda", "UpdateFunctionCode20150331v2", on(functionName=ARN)),
    ("lambda", "UpdateAlias20150331", on(functionName="credmate-prod-backend", name="live")),
    ("monitoring", "DeleteAlarms", on(alarmNames=["other", "credmate-prod-login-is-down"])),
    ("monitoring", "PutMetricAlarm", on(alarmName="credmate-prod-api-5xx")),
    ("monitoring", "DisableAlarmActions", on(alarmNames=["credmate-prod-degraded"])),
    ("synthetics", "StopCanary", on(name="credmate-prod-probes")),
]
RULE_OF = {
    "lambda": "drift-by-hand",
    "monitoring": "alarm-by-hand",
    "synthetics": "canary-by-hand",
}


@pytest.mark.parametrize(("service", "name", "more"), BY_HAND)
def test_a_change_by_hand_is_told(
    rules: Rules, service: str, name: str, more: dict[str, Any]
) -> None:
    assert rules.matching(call(service, name, **more)) == {RULE_OF[service]}


@pytest.mark.parametrize("who", ["cloudformation.amazonaws.com", "codedeploy.amazonaws.com"])
@pytest.mark.parametrize(("service", "name", "more"), BY_HAND)
def test_the_same_change_by_a_deployment_is_not(
    rules: Rules, service: str, name: str, more: dict[str, Any], who: str
) -> None:
    assert rules.matching(call(service, name, sourceIPAddress=who, **more)) == set()


def test_a_user_without_a_role_is_heard_too(rules: Rules) -> None:
    user = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jane"}
    event = call("lambda", "UpdateAlias20150331", userIdentity=user, **BY_HAND[2][2])
    assert rules.matching(event) == {"drift-by-hand"}


@pytest.mark.parametrize(
    ("service", "name", "more"),
    [
        ("lambda", "UpdateAlias20150331", on(functionName="credmate-dev-backend")),
        ("lambda", "UpdateAlias20150331", on(functionName="another")),
        ("lambda", "ListFunctions20150331", {"requestParameters": None}),
        ("lambda", "PublishVersion20150331", on(functionName="credmate-prod-backend")),
        ("monitoring", "DescribeAlarms", on(alarmNames=["credmate-prod-login-is-down"])),
        ("s3", "UpdateAlias20150331", on(functionName="credmate-prod-backend")),
    ],
)
def test_what_is_not_ours_or_changes_nothing_is_not_told(
    rules: Rules, service: str, name: str, more: dict[str, Any]
) -> None:
    assert rules.matching(call(service, name, **more)) == set()


def drift(status: str, detection: str, stack: str = "credmate-prod-service") -> dict[str, Any]:
    event = copy.deepcopy(DRIFT)
    event["detail"]["stack-id"] = f"arn:aws:cloudformation:us-east-1:1111:stack/{stack}/0a"
    event["detail"]["status-details"] = {
        "stack-drift-status": status,
        "detection-status": detection,
    }
    return event


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (drift("DRIFTED", "DETECTION_COMPLETE"), True),
        (drift("UNKNOWN", "DETECTION_FAILED"), True),
        (drift("IN_SYNC", "DETECTION_COMPLETE"), False),
        (drift("DRIFTED", "DETECTION_IN_PROGRESS"), False),
        (drift("DRIFTED", "DETECTION_COMPLETE", "another"), False),
    ],
)
def test_drift_that_was_found_is_told(rules: Rules, event: dict[str, Any], told: bool) -> None:
    assert rules.matching(event) == ({"drift-found"} if told else set())


@pytest.mark.parametrize(
    ("pipeline", "state", "told"),
    [("credmate-delivery", "FAILED", True), ("credmate-delivery", "SUCCEEDED", False),
     ("credmate-delivery", "SUPERSEDED", False), ("another", "FAILED", False)],
)  # fmt: skip
def test_a_pipeline_that_failed_is_told(
    rules: Rules, pipeline: str, state: str, told: bool
) -> None:
    event = copy.deepcopy(PIPELINE)
    event["detail"] |= {"pipeline": pipeline, "state": state}
    assert rules.matching(event) == ({"pipeline-failed"} if told else set())
