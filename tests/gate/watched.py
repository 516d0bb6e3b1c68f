"""A small assembly with alarms, as `cdk synth` writes one, for `gate detect`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROBES = '[[probe]]\nname = "login"\nmethod = "GET"\npath = "/"\n[probe.expect]\nstatus = 200\n'
CANARY = {
    "Type": "AWS::Synthetics::Canary",
    "Properties": {"Name": "probes", "Schedule": {"Expression": "rate(1 minute)"}},
}
# A function that a subscription feeds reports the starts that fail.
STARTS = {
    "Watch": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Environment": {"Variables": {"NAMESPACE": "N", "METRIC": "StartFailures"}}},
    },
    "Feed": {
        "Type": "AWS::Logs::SubscriptionFilter",
        "Properties": {
            "FilterPattern": '{ $.errorType = "Runtime.*" }',
            "DestinationArn": {"Fn::GetAtt": ["Watch", "Arn"]},
        },
    },
}


def alarm(metric: str = "ProbeFailed", namespace: str = "N", **properties: Any) -> dict[str, Any]:
    """An alarm that pages: 1 of 12 periods of ten seconds, unless `properties` say otherwise."""
    said = {
        "Namespace": namespace,
        "MetricName": metric,
        "Statistic": "Maximum",
        "Period": 10,
        "EvaluationPeriods": 12,
        "DatapointsToAlarm": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": "PageTopic"}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**said, **properties}}


GOOD = {
    "Canary": CANARY,
    "login": alarm(Dimensions=[{"Name": "Probe", "Value": "login"}]),
    "starts": alarm("StartFailures", Statistic="Sum"),
    **STARTS,
}


def assembly(folder: Path, resources: Mapping[str, Any]) -> None:
    """Write the assembly of a stage `prod` to `cdk.out`, and the probes, below a folder."""
    out = folder / "cdk.out"
    out.mkdir()
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "t.json", "stackName": "shop-prod-watch"},
    }
    (out / "manifest.json").write_text(json.dumps({"artifacts": {"watch": stack}}))
    (out / "t.json").write_text(json.dumps({"Resources": resources}))
    (folder / "probes.toml").write_text(PROBES)
    (folder / "pyproject.toml").write_text("[tool.gate]\n")
