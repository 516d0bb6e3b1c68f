"""A new version that answers 500 by itself is seen: its own log line, counted by its version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.rie import Rie
from probes import Expect, Probe, events
from tests.backend.support import BACKEND, copied_backend, edit
from tests.stacks.assembled import Assembled
from tests.stacks.filter_patterns import matches

FILTER = "AWS::Logs::MetricFilter"
METRIC = "ServerErrors"


def metric_filter(stage: Assembled) -> dict[str, Any]:
    """The filter that counts server errors, and what it makes of a line."""
    (found,) = [
        one
        for one in stage.of_type(FILTER, stack="service")
        if one["MetricTransformations"][0]["MetricName"] == METRIC
    ]
    return dict(found.properties)


def lines(root: Path, log: Path, *paths: str) -> Iterator[str]:
    """What the function wrote while it was asked, with a level that leaves out what is said."""
    with Rie(
        root=root,
        handler="handler.lambda_handler",
        # What Lambda itself sets where the template says LogFormat JSON.
        environment={"LOG_LEVEL": "ERROR", "AWS_LAMBDA_LOG_FORMAT": "JSON"},
        timeout_seconds=15,
        log=log,
    ) as rie:
        for path in paths:
            asked = Probe(
                name=path, method="GET", path=path, headers={}, body=None, expect=Expect(status=200)
            )
            answer = json.loads(rie.invoke(events.http_api_v2(asked)).payload)
            assert "statusCode" in answer, "a function error would be counted by Lambda itself"
    yield from log.read_text(errors="replace").splitlines()


# What is broken, so that the application answers 500 to everything or to one route.
BROKEN = {
    "a router": ("contexts/users/router.py", "from __future__ import annotations", "import gone"),
    "a middleware": (
        "shared/cors.py",
        "        super().__init__(",
        "        raise OSError\n        super(",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", BROKEN)
def test_what_a_broken_backend_writes_is_counted_by_its_version(
    prod: Assembled, tmp_path: Path, what: str
) -> None:
    said = metric_filter(prod)
    tree = copied_backend(tmp_path)
    edit(tree / BROKEN[what][0], *BROKEN[what][1:])
    written = lines(tree, tmp_path / "log", "/api/v1/users")
    counted = [line for line in written if matches(said["FilterPattern"], line)]
    assert len(counted) == 1
    (transformation,) = said["MetricTransformations"]
    dimensions = {
        one["Key"]: json.loads(counted[0])[one["Value"].removeprefix("$.")]
        for one in transformation["Dimensions"]
    }
    assert dimensions == {"FunctionName": "function", "ExecutedVersion": "$LATEST"}


@pytest.mark.slow
def test_right_answers_and_wrong_requests_are_not_counted(prod: Assembled, tmp_path: Path) -> None:
    pattern = metric_filter(prod)["FilterPattern"]
    written = list(lines(BACKEND, tmp_path / "log", "/health", "/nowhere", "/api/v1/users"))
    assert not [line for line in written if matches(pattern, line)]


def test_the_log_of_the_backend_is_filtered_and_no_other(any_stage: Assembled) -> None:
    group = any_stage.target(metric_filter(any_stage)["LogGroupName"], "service")
    assert group["LogGroupName"] == f"/aws/lambda/{any_stage.settings.name('backend')}"


def test_the_alarm_counts_what_the_filter_makes(in_aws: Assembled) -> None:
    (transformation,) = metric_filter(in_aws)["MetricTransformations"]
    alarm = in_aws.one(
        "AWS::CloudWatch::Alarm", AlarmName=in_aws.settings.name("new-version-server-errors")
    )
    metrics = [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]
    (counted,) = [m for m in metrics if m["Namespace"] == transformation["MetricNamespace"]]
    assert counted["MetricName"] == transformation["MetricName"]
    assert {d["Name"] for d in counted["Dimensions"]} == {
        d["Key"] for d in transformation["Dimensions"]
    }
