"""The drift watch, the audit trail, maintenance, the dashboard."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks.components import alarm_table
from stacks.components.alarms import Severity
from stacks.settings import STAGES, SettingsError, load
from tests.stacks.assembled import DIGEST, Assembled, synthesize

COMPOSITE = "AWS::CloudWatch::CompositeAlarm"


def test_every_event_is_told_to_the_topic_of_its_severity(any_stage: Assembled) -> None:
    rules = any_stage.of_type("AWS::Events::Rule")
    assert {
        "drift-by-hand",
        "alarm-by-hand",
        "canary-by-hand",
        "drift-found",
        "pipeline-failed",
    } <= {rule["Name"].removeprefix(f"{any_stage.settings.prefix}-") for rule in rules}
    for rule in rules:
        (target,) = rule["Targets"]
        topic = any_stage.target(target["Arn"], rule.stack)
        assert topic["TopicName"] == any_stage.settings.name(f"{Severity.TICKET}-raw")
        assert rule["State"] == "ENABLED"


def test_every_stack_is_compared_with_its_template(any_stage: Assembled) -> None:
    schedules = any_stage.of_type("AWS::Scheduler::Schedule")
    compared = {json.loads(schedule["Target"]["Input"])["StackName"] for schedule in schedules}
    assert compared == {any_stage.settings.name(stack) for stack in any_stage.templates}
    for schedule in schedules:
        assert schedule["Target"]["Arn"].endswith(":aws-sdk:cloudformation:detectStackDrift")
        assert schedule["ScheduleExpression"] == "rate(6 hours)"


def test_what_compares_reads_settings_and_nobodys_data(any_stage: Assembled) -> None:
    (schedule, *_) = any_stage.of_type("AWS::Scheduler::Schedule")
    role = any_stage.target(schedule["Target"]["RoleArn"], schedule.stack)
    statements = [
        statement
        for policy in any_stage.of_type("AWS::IAM::Policy")
        if {"Ref": role.id} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (denied,) = [s for s in statements if s["Effect"] == "Deny"]
    assert denied["Resource"] == "*"
    assert {"s3:GetObject", "secretsmanager:GetSecretValue", "logs:GetLogEvents"} <= set(
        denied["Action"]
    )


def test_the_trail_hears_of_every_change_and_is_sealed(in_aws: Assembled) -> None:
    trail = in_aws.one("AWS::CloudTrail::Trail")
    (selector,) = trail["EventSelectors"]
    assert selector["IncludeManagementEvents"] is True
    assert selector["ReadWriteType"] == "WriteOnly"
    assert trail["EnableLogFileValidation"] is True
    assert trail["IsLogging"] is True
    key = in_aws.target(trail["KMSKeyId"], trail.stack)
    statements = [
        s
        for s in key["KeyPolicy"]["Statement"]
        if "cloudtrail.amazonaws.com" in str(s["Principal"])
    ]
    assert {a for s in statements for a in s["Action"]} == {
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    }
    bucket = in_aws.target(trail["S3BucketName"], trail.stack)
    assert bucket.body["DeletionPolicy"] == "RetainExceptOnCreate"
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == in_aws.settings.logs.retention_days


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """Prod with a planned window, in an account that has a trail."""
    folder = tmp_path_factory.mktemp("planned")
    stages = Path(shutil.copytree(STAGES, folder / "stages"))
    prod = stages / "prod.toml"
    prod.write_text(
        prod.read_text()
        + '\n[drift]\ncreate_trail = false\n\n[[maintenance]]\nname = "move"\n'
        + 'schedule = "at(2026-12-01T22:00)"\nminutes = 90\nreason = "The database moves."\n'
    )
    return synthesize(load("prod", stages, image_digest=DIGEST), folder / "out")


def test_in_a_planned_window_nothing_tells_and_then_it_tells_again(planned: Assembled) -> None:
    rule = planned.one("AWS::CloudWatch::AlarmMuteRule")
    schedule = rule["Rule"]["Schedule"]
    assert (schedule["Expression"], schedule["Duration"]) == ("at(2026-12-01T22:00)", "PT90M")
    muted = set(rule["MuteTargets"]["AlarmNames"])
    telling = {
        each["AlarmName"]
        for kind in ("AWS::CloudWatch::Alarm", COMPOSITE)
        for each in planned.of_type(kind, stack="monitoring")
        if each.properties.get("AlarmActions")
    }
    # That alarms cannot be told is told also then.
    assert muted == telling - {planned.settings.name("messages-undelivered")}
    assert planned.settings.name("login-is-down") in muted


def test_an_account_that_has_a_trail_needs_no_other(planned: Assembled) -> None:
    assert planned.of_type("AWS::CloudTrail::Trail") == []
    assert planned.of_type("AWS::Events::Rule")


def test_a_stage_without_a_window_mutes_nothing(prod: Assembled) -> None:
    assert prod.of_type("AWS::CloudWatch::AlarmMuteRule") == []


@pytest.mark.parametrize("schedule", ["2026-12-01", "at(tomorrow)", "rate(1 hour)"])
def test_a_window_that_has_no_time_is_refused(tmp_path: Path, schedule: str) -> None:
    stages = Path(shutil.copytree(STAGES, tmp_path / "stages"))
    (stages / "odd.toml").write_text(
        f'[[maintenance]]\nname = "x1"\nschedule = "{schedule}"\nminutes = 1\nreason = "r"\n'
    )
    with pytest.raises(SettingsError, match=r"maintenance.*schedule"):
        load("odd", stages)


def widgets(stage: Assembled) -> list[dict[str, Any]]:
    body = stage.one("AWS::CloudWatch::Dashboard")["DashboardBody"]
    parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
    text = "".join(part if isinstance(part, str) else "REFERENCE" for part in parts)
    found: list[dict[str, Any]] = json.loads(text)["widgets"]
    return found


def test_the_dashboard_first_says_whether_login_is_up(prod: Assembled) -> None:
    first, *others = widgets(prod)
    assert first["type"] == "alarm"
    assert (first["x"], first["y"]) == (0, 0)
    assert len(first["properties"]["alarms"]) == len(alarm_table.COMPOSITES)
    (every,) = [w for w in others if w["type"] == "alarm"]
    assert len(every["properties"]["alarms"]) == len(alarm_table.table(prod.settings))


def shown(stage: Assembled) -> Iterator[tuple[str, str]]:
    """Namespace and metric of every line; CloudWatch writes `.` for the one above."""
    for widget in widgets(stage):
        above: list[str] = []
        for line in widget["properties"].get("metrics", ()):
            if isinstance(line[0], str):
                above = [
                    a if n == "." else n for n, a in zip(line[:2], above or line, strict=False)
                ]
                yield above[0], above[1]


def test_the_dashboard_shows_what_a_look_needs(any_stage: Assembled) -> None:
    names = {metric for _, metric in shown(any_stage)}
    assert {"ProbeFailed", "ProbeRetried", "ProbeDuration", "Duration", "Errors", "5xx"} <= names
    assert {"InitDuration", "RestoreDuration", "ConcurrentExecutions"} <= names


def test_the_dashboard_shows_no_metric_that_nobody_reports(any_stage: Assembled) -> None:
    filters = any_stage.of_type("AWS::Logs::MetricFilter")
    of_logs = {
        (t["MetricNamespace"], t["MetricName"]) for f in filters for t in f["MetricTransformations"]
    }
    of_aws = {
        *(("AWS/Lambda", m) for m in ("Duration", "Errors", "Throttles", "ConcurrentExecutions")),
        *(("AWS/ApiGateway", m) for m in ("5xx", "4xx", "Count")),
    }
    of_function = {
        (variables["NAMESPACE"], "Deployments")
        for function in any_stage.of_type("AWS::Lambda::Function", stack="monitoring")
        if "deployment-mark" in function["FunctionName"]
        for variables in [function["Environment"]["Variables"]]
    }
    of_canary = {("CredMate/Probes", f"Probe{m}") for m in ("Failed", "Retried", "Duration")}
    assert of_function
    assert (
        set(shown(any_stage)) == of_logs & set(shown(any_stage)) | of_aws | of_canary | of_function
    )


def test_deployments_are_marked_where_their_effects_are_drawn(prod: Assembled) -> None:
    marked = {w["properties"]["title"] for w in widgets(prod) if '"Deployments"' in json.dumps(w)}
    assert {"Errors", "Function: milliseconds", "Starts: milliseconds"} <= marked
    (subscription,) = [
        s for s in prod.of_type("AWS::SNS::Subscription") if "FilterPolicy" in s.properties
    ]
    assert subscription["FilterPolicy"] == {"deploymentId": [{"exists": True}]}
    assert subscription["FilterPolicyScope"] == "MessageBody"
    trigger = prod.one("AWS::CodeDeploy::DeploymentGroup")["TriggerConfigurations"][0]
    heard = prod.target(subscription["TopicArn"], subscription.stack)
    assert prod.target(trigger["TriggerTargetArn"], "service").id == heard.id


def test_a_deployment_shows_as_another_versions_traffic(prod: Assembled) -> None:
    (searching,) = [w for w in widgets(prod) if "SEARCH(" in json.dumps(w)]
    ((line,),) = searching["properties"]["metrics"]
    assert "ExecutedVersion" in line["expression"]
    assert 'Resource="REFERENCE:live"' in line["expression"]
