"""What CodeDeploy tells is marked, and nothing else is."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.stub import Stubber

from lambda_src.deployment_mark.handler import handler
from tests.alarm_message.told import DEPLOYMENT, METRIC, event


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    client = boto3.client(
        "cloudwatch", "us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    monkeypatch.setenv("NAMESPACE", "CredMate/Releases")
    monkeypatch.setenv("STAGE", "test")
    return Stubber(client)


def test_a_deployment_is_marked(cloudwatch: Stubber) -> None:
    dimensions = [{"Name": "Stage", "Value": "test"}]
    data = {"MetricName": "Deployments", "Dimensions": dimensions, "Value": 1, "Unit": "Count"}
    wanted = {"Namespace": "CredMate/Releases", "MetricData": [data]}
    cloudwatch.add_response("put_metric_data", {}, wanted)
    with cloudwatch:
        assert handler(event(json.dumps(DEPLOYMENT), json.dumps(METRIC)), None) == 1
    cloudwatch.assert_no_pending_responses()


@pytest.mark.parametrize("text", ["", "words", "[]", "null", json.dumps(METRIC)])
def test_what_is_no_deployment_is_not(cloudwatch: Stubber, text: str) -> None:
    with cloudwatch:  # which answers no call
        assert handler(event(text), None) == 0
