from __future__ import annotations

import json
from pathlib import Path

import pytest

from lambda_src.canary import canary
from stacks.components.canary_package import package
from tests.stacks.assembled import Assembled, Resource

ALARM = "AWS::CloudWatch::Alarm"
# What AWS or our canary reports, by namespace: an alarm on anything else would stay silent.
REPORTED = {
    "AWS/Lambda": {"Errors", "Throttles", "Duration", "Invocations"},
    "AWS/ApiGateway": {"5xx"},
    "CredMate/Probes": {"ProbeFailed", "ProbeDuration"},
}


def alarm(stage: Assembled, name: str) -> Resource:
    return stage.one(ALARM, AlarmName=stage.settings.name(name))


def dimensions(resource: Resource) -> dict[str, object]:
    return {d["Name"]: d["Value"] for d in resource["Dimensions"]}


def test_every_alarm_is_on_a_metric_that_somebody_reports(any_stage: Assembled) -> None:
    for each in any_stage.of_type(ALARM):
        stats = [
            m["MetricStat"]["Metric"]
            for m in each.properties.get("Metrics", ())
            if "MetricStat" in m
        ]
        for metric in stats or [each.properties]:
            assert metric["MetricName"] in REPORTED[metric["Namespace"]]


@pytest.mark.parametrize("name", ["backend-errors", "backend-throttles", "backend-duration"])
def test_alarms_of_the_function_watch_the_alias_that_gets_the_traffic(
    any_stage: Assembled, name: str
) -> None:
    found = alarm(any_stage, name)
    function = any_stage.one(
        "AWS::Lambda::Function", FunctionName=any_stage.settings.name("backend")
    )
    assert found.stack == "service"
    assert dimensions(found) == {
        "FunctionName": {"Ref": function.id},
        "Resource": {"Fn::Join": ["", [{"Ref": function.id}, ":live"]]},
    }


def test_the_alarm_of_the_api_watches_this_api(any_stage: Assembled) -> None:
    value = dimensions(alarm(any_stage, "api-5xx"))["ApiId"]
    assert any_stage.target(value, "monitoring").body["Type"] == "AWS::ApiGatewayV2::Api"


def test_every_probe_has_an_alarm_on_the_metric_that_the_canary_reports(
    any_stage: Assembled,
) -> None:
    for probe in any_stage.settings.probes:
        found = alarm(any_stage, f"probe-{probe}-failed")
        assert dimensions(found) == {"Stage": any_stage.settings.stage, "Probe": probe}
        assert (found["Namespace"], found["MetricName"]) == ("CredMate/Probes", "ProbeFailed")
    assert {"health", "login"} <= set(any_stage.settings.probes)


def test_a_silent_canary_is_a_failure(any_stage: Assembled) -> None:
    for probe in any_stage.settings.probes:
        assert alarm(any_stage, f"probe-{probe}-failed")["TreatMissingData"] == "breaching"


def test_a_probe_is_judged_as_often_as_it_is_asked(in_aws: Assembled) -> None:
    minutes = in_aws.settings.canary.period_minutes
    unit = "minute" if minutes == 1 else "minutes"
    canary = in_aws.one("AWS::Synthetics::Canary")
    assert canary["Schedule"]["Expression"] == f"rate({minutes} {unit})"
    for probe in in_aws.settings.probes:
        assert alarm(in_aws, f"probe-{probe}-failed")["Period"] == 60 * minutes


def test_prod_is_asked_every_minute(prod: Assembled) -> None:
    assert prod.settings.canary.period_minutes == 1


def test_slowness_is_told_before_the_timeout(any_stage: Assembled) -> None:
    found = alarm(any_stage, "backend-duration")
    assert found["ExtendedStatistic"] == "p99"
    assert found["Threshold"] == 0.8 * any_stage.settings.function.timeout_seconds * 1000


def test_an_alarm_and_its_end_are_both_told_to_the_topic(any_stage: Assembled) -> None:
    for each in any_stage.of_type(ALARM):
        for action in (*each["AlarmActions"], *each["OKActions"]):
            assert any_stage.target(action, each.stack).body["Type"] == "AWS::SNS::Topic"
        assert len(each["AlarmActions"]) == len(each["OKActions"]) == 1


def test_every_alarm_says_why_it_exists(any_stage: Assembled) -> None:
    for each in any_stage.of_type(ALARM):
        assert each["AlarmDescription"]


def test_the_canary_runs_on_the_newest_runtime(in_aws: Assembled) -> None:
    canary = in_aws.one("AWS::Synthetics::Canary")
    assert canary["RuntimeVersion"] == "syn-python-selenium-14.0"
    assert canary["Code"]["Handler"] == "canary.handler"
    assert canary["StartCanaryAfterCreation"] is True
    assert canary["ProvisionedResourceCleanup"] == "AUTOMATIC"


def test_a_run_of_the_canary_ends_before_the_next(in_aws: Assembled) -> None:
    assert in_aws.one("AWS::Synthetics::Canary")["RunConfig"]["TimeoutInSeconds"] < 60


def test_a_run_in_which_nothing_answers_can_still_say_so(in_aws: Assembled) -> None:
    call = canary.AWS_ATTEMPTS * (canary.AWS_CONNECT_SECONDS + canary.AWS_READ_SECONDS)
    probes = len(in_aws.settings.probes) * canary.PROBE_TIMEOUT_SECONDS
    limit = in_aws.one("AWS::Synthetics::Canary")["RunConfig"]["TimeoutInSeconds"]
    assert call + probes + call < limit  # the secret, the probes, the metrics


def test_the_canary_is_told_the_url_and_where_the_secret_is(in_aws: Assembled) -> None:
    variables = in_aws.one("AWS::Synthetics::Canary")["RunConfig"]["EnvironmentVariables"]
    secret = in_aws.target(variables.pop("PROBE_SECRET_ARN"), "monitoring")
    assert secret["GenerateSecretString"]["GenerateStringKey"] == "password"
    assert variables.pop("STAGE") == in_aws.settings.stage
    assert "Fn::ImportValue" in variables.pop("PROBE_URL")
    assert variables == {}


def test_the_canary_reports_into_its_own_namespaces_alone(in_aws: Assembled) -> None:
    policy = in_aws.one("AWS::IAM::Policy", stack="monitoring")["PolicyDocument"]["Statement"]
    (put,) = [s for s in policy if s["Action"] == "cloudwatch:PutMetricData"]
    namespaces = put["Condition"]["StringEquals"]["cloudwatch:namespace"]
    assert namespaces == ["CloudWatchSynthetics", "CredMate/Probes"]


def test_what_the_canary_keeps_is_private_encrypted_and_ends(in_aws: Assembled) -> None:
    bucket = in_aws.one("AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    days = in_aws.settings.canary.artifact_days
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == days
    statements = in_aws.one("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    denied = [s["Condition"] for s in statements if s["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_the_package_has_the_layout_that_synthetics_demands(in_aws: Assembled) -> None:
    assets = json.loads(
        (in_aws.folder / f"{in_aws.settings.name('monitoring')}.assets.json").read_text()
    )
    (folder,) = [
        in_aws.folder / file["source"]["path"]
        for file in assets["files"].values()
        if file["source"]["packaging"] == "zip"
    ]
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {"python/canary.py", "python/probes.toml", "python/probes/__init__.py"} <= found
    assert all(name.startswith("python/") for name in found)
    assert not [name for name in found if name.endswith(".pyc")]


def test_the_package_holds_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "package" / "python").mkdir(parents=True)
    (tmp_path / "package" / "python" / "old.py").write_text("")
    folder = package(tmp_path / "package")
    assert not (folder / "python" / "old.py").exists()


def test_the_package_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (package(tmp_path / name) for name in ("first", "second"))
    assert contents(first) == contents(second)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }
