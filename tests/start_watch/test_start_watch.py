"""Lines of the log become a metric of one-second resolution, as CloudWatch Logs sends them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from lambda_src.start_watch import handler as start_watch


def event(*milliseconds: int, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    lines = [{"id": str(n), "timestamp": at, "message": "{}"} for n, at in enumerate(milliseconds)]
    data = {"messageType": kind, "logGroup": "/aws/lambda/x", "logEvents": lines}
    packed = base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()
    return {"awslogs": {"data": packed}}


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    client = boto3.client(
        "cloudwatch", "us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    monkeypatch.setenv("NAMESPACE", "CredMate/Starts/test")
    monkeypatch.setenv("METRIC", "StartFailures")
    return Stubber(client)


def datum(value: int) -> Mapping[str, object]:
    named = {"MetricName": "StartFailures", "Unit": "Count", "StorageResolution": 1}
    return {**named, "Timestamp": ANY, "Value": value}


def test_lines_are_counted_in_the_second_in_which_they_were_written(cloudwatch: Stubber) -> None:
    wanted = {"Namespace": "CredMate/Starts/test", "MetricData": [datum(2), datum(1)]}
    cloudwatch.add_response("put_metric_data", {}, wanted)
    with cloudwatch:
        assert start_watch.handler(event(1000, 1999, 2000), None) == 3
    cloudwatch.assert_no_pending_responses()
    assert start_watch.seconds(event(1000, 1999, 2000)) == {1: 2, 2: 1}


def test_the_test_of_the_way_is_no_failure(cloudwatch: Stubber) -> None:
    with cloudwatch:  # which answers no call
        assert start_watch.handler(event(1000, kind="CONTROL_MESSAGE"), None) == 0


def test_a_report_that_fails_is_an_error_so_that_it_is_tried_again(cloudwatch: Stubber) -> None:
    cloudwatch.add_client_error("put_metric_data", "InternalFailure")
    with cloudwatch, pytest.raises(Exception, match="InternalFailure"):
        start_watch.handler(event(1000), None)
