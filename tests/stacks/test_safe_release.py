"""How a new version gets its traffic, and what takes it away again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks.settings import SettingsError, load
from tests.stacks.assembled import DIGEST, Assembled, Resource, synthesize

GROUP = "AWS::CodeDeploy::DeploymentGroup"
ALARM = "AWS::CloudWatch::Alarm"
REASON = "errors of the old version"


def group(stage: Assembled) -> Resource:
    return stage.one(GROUP)


def rollback_alarms(stage: Assembled) -> list[Resource]:
    told = group(stage)["AlarmConfiguration"]["Alarms"]
    return [stage.target(alarm["Name"], "service") for alarm in told]


def test_dev_shifts_at_once_and_prod_in_steps(prod: Assembled, in_aws: Assembled) -> None:
    assert group(prod)["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    if in_aws.settings.stage == "dev":
        assert group(in_aws)["DeploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"


def test_the_alias_moves_by_codedeploy_alone(in_aws: Assembled) -> None:
    alias = in_aws.one("AWS::Lambda::Alias")
    policy = alias.body["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert policy["DeploymentGroupName"] == {"Ref": group(in_aws).id}
    for hook, entry in (
        ("BeforeAllowTrafficHook", "before_traffic"),
        ("AfterAllowTrafficHook", "after_traffic"),
    ):
        function = in_aws.target(policy[hook], "service")
        assert function["Handler"] == f"traffic_hook.handler.{entry}"
        assert function["FunctionName"].startswith("CodeDeployHook_")


def test_the_alias_has_a_name_that_no_hotswap_can_evaluate(in_aws: Assembled) -> None:
    template = json.loads(
        (in_aws.folder / f"credmate-{in_aws.settings.stage}-service.template.json").read_text()
    )
    (alias,) = (r for r in template["Resources"].values() if r["Type"] == "AWS::Lambda::Alias")
    (name,) = template["Mappings"]
    assert alias["Properties"]["Name"] == {"Fn::FindInMap": [name, "Alias", "Name"]}
    assert template["Mappings"][name] == {"Alias": {"Name": "live"}}


def test_a_deployment_that_fails_is_stopped_or_rings_is_undone(in_aws: Assembled) -> None:
    rollback = group(in_aws)["AutoRollbackConfiguration"]
    assert rollback["Enabled"]
    assert set(rollback["Events"]) == {
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_ALARM",
        "DEPLOYMENT_STOP_ON_REQUEST",
    }
    alarms = group(in_aws)["AlarmConfiguration"]
    assert alarms["Enabled"]
    assert not alarms["IgnorePollAlarmFailure"]


def test_each_rollback_alarm_looks_at_the_new_version_of_the_alias(in_aws: Assembled) -> None:
    """Derived from the template: each dimension names what that resource is really called."""
    alias = in_aws.one("AWS::Lambda::Alias")
    version = in_aws.target(alias["FunctionVersion"], "service")
    assert version.body["Type"] == "AWS::Lambda::Version"
    function = in_aws.target(alias["FunctionName"], "service")
    assert in_aws.target(version["FunctionName"], "service").id == function.id
    named = {
        "FunctionName": {"Ref": function.id},
        "Resource": {"Fn::Join": ["", [{"Ref": function.id}, f":{alias['Name']}"]]},
        "ExecutedVersion": {"Fn::GetAtt": [version.id, "Version"]},
    }
    for alarm in rollback_alarms(in_aws):
        for metric in metrics(alarm):
            dimensions = {d["Name"]: d["Value"] for d in metric["Dimensions"]}
            assert set(dimensions) == reported(in_aws, metric)
            assert dimensions == {name: named[name] for name in dimensions}


def reported(stage: Assembled, metric: dict[str, Any]) -> set[str]:
    """The dimensions with which a metric comes: Lambda's of an alias, or our own filter's."""
    if metric["Namespace"] == "AWS/Lambda":
        # "Types of metrics for Lambda functions", developer guide: a version behind an alias.
        assert metric["MetricName"] in {"Invocations", "Errors", "Duration"}
        return {"FunctionName", "Resource", "ExecutedVersion"}
    (made,) = [
        transformation
        for one in stage.of_type("AWS::Logs::MetricFilter")
        for transformation in one["MetricTransformations"]
        if transformation["MetricName"] == metric["MetricName"]
        and transformation["MetricNamespace"] == metric["Namespace"]
    ]
    return {dimension["Key"] for dimension in made["Dimensions"]}


def test_every_rollback_alarm_is_there_and_belongs_to_the_group(in_aws: Assembled) -> None:
    prefix = in_aws.settings.name("new-version-")
    names = {alarm["AlarmName"].removeprefix(prefix) for alarm in rollback_alarms(in_aws)}
    assert names == {"errors", "duration", "server-errors"}


def metrics(alarm: Resource) -> Iterator[dict[str, Any]]:
    """What the alarm's expression is made of."""
    found = [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]
    assert len(found) == 2
    yield from found


def test_a_minute_with_hardly_a_call_undoes_nothing(in_aws: Assembled) -> None:
    floor = in_aws.settings.release.minimum_invocations
    for alarm in rollback_alarms(in_aws):
        (expression,) = [m for m in alarm["Metrics"] if "Expression" in m]
        seen = "100 * seen / invocations" if "server" in alarm["AlarmName"] else "seen"
        assert expression["Expression"] == f"IF(invocations >= {floor}, {seen}, 0)"
        named = {m["Id"]: m["MetricStat"] for m in alarm["Metrics"] if "MetricStat" in m}
        assert named["invocations"]["Metric"]["MetricName"] == "Invocations"
        assert named["invocations"]["Stat"] == "Sum"
        assert alarm["TreatMissingData"] == "notBreaching"


def test_migrations_run_once_a_release_and_before_the_alias_moves(in_aws: Assembled) -> None:
    trigger = next(t for t in in_aws.of_type("Custom::Trigger") if t.id == "Migrate")
    version = in_aws.target(trigger["HandlerArn"], "service")
    function = in_aws.target(version["FunctionName"], "service")
    assert function["FunctionName"] == in_aws.settings.name("migrations")
    assert trigger["InvocationType"] == "RequestResponse"
    assert int(trigger["Timeout"]) == function["Timeout"] * 1000
    assert trigger.id in in_aws.one("AWS::Lambda::Alias").body["DependsOn"]


def test_the_first_release_is_asked_before_there_is_an_alias(in_aws: Assembled) -> None:
    """CodeDeploy moves an alias; one that is made asks no hook."""
    trigger = next(t for t in in_aws.of_type("Custom::Trigger") if t.id == "FirstRelease")
    version = in_aws.target(trigger["HandlerArn"], "service")
    function = in_aws.target(version["FunctionName"], "service")
    alias = in_aws.one("AWS::Lambda::Alias")
    variables = function["Environment"]["Variables"]
    assert function["Handler"] == "traffic_hook.handler.before_traffic"
    assert (variables["ALIAS"], variables["VERSION"]) == (alias["Name"], alias["FunctionVersion"])
    assert trigger["InvocationType"] == "RequestResponse"
    assert int(trigger["Timeout"]) == function["Timeout"] * 1000
    assert trigger.body["DependsOn"] == ["Migrate"]
    assert trigger.id in alias.body["DependsOn"]


def test_a_hook_may_report_of_its_own_group_and_ask_its_own_function(in_aws: Assembled) -> None:
    name = in_aws.settings.name("backend")
    for role in ("BeforeTrafficRole", "AfterTrafficRole"):
        (policy,) = [p for p in in_aws.of_type("AWS::IAM::Policy") if p.id.startswith(role)]
        told = {
            action: json.dumps(statement["Resource"])
            for statement in policy["PolicyDocument"]["Statement"]
            for action in [statement["Action"]]
            if isinstance(action, str)
        } | {
            action: json.dumps(statement["Resource"])
            for statement in policy["PolicyDocument"]["Statement"]
            if isinstance(statement["Action"], list)
            for action in statement["Action"]
        }
        assert f":deploymentgroup:{name}/{name}" in told["codedeploy:GetDeployment"]
        assert (
            told["codedeploy:PutLifecycleEventHookExecutionStatus"]
            == told["codedeploy:GetDeployment"]
        )
        assert "BackendFunction" in told["lambda:InvokeFunction"]


def test_a_hook_is_told_what_the_template_says_of_the_backend(in_aws: Assembled) -> None:
    function = in_aws.settings.function
    for hook in in_aws.of_type("AWS::Lambda::Function"):
        if "traffic" not in str(hook.properties.get("Handler")):
            continue
        text = json.dumps(hook["Environment"]["Variables"]["EXPECTED"])
        for said in (function.command, function.entry_point, function.working_directory, DIGEST):
            assert said in text


def test_nothing_closes_a_circle(any_stage: Assembled) -> None:
    for name, template in any_stage.templates.items():
        resources = template["Resources"]
        needs = {one: set(references(body)) & resources.keys() for one, body in resources.items()}
        while free := {one for one, wanted in needs.items() if not wanted & needs.keys()}:
            needs = {one: wanted for one, wanted in needs.items() if one not in free}
        assert not needs, f"{name}: {sorted(needs)}"


def references(value: object) -> Iterator[str]:
    """The logical ids that a template's value names."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Fn::GetAtt":
                yield item[0]
            elif key in ("Ref", "DependsOn"):
                yield from [item] if isinstance(item, str) else item
            else:
                yield from references(item)


def test_a_release_with_nothing_changed_is_nothing_to_do(prod: Assembled, tmp_path: Path) -> None:
    synthesize("prod", tmp_path)
    assert written(prod.folder).keys() >= {"service.template.json", "data.assets.json"}
    assert written(tmp_path) == written(prod.folder)


def written(folder: Path) -> dict[str, Any]:
    """Every template, and the digests of what is uploaded beside the templates themselves."""
    found: dict[str, Any] = {}
    for file in folder.glob("credmate-prod-*.json"):
        said = json.loads(file.read_text())
        if file.name.endswith(".assets.json"):
            said = {one for one, asset in said["files"].items() if is_folder(asset)}
        found[file.name.removeprefix("credmate-prod-")] = said
    return found


def is_folder(asset: dict[str, Any]) -> bool:
    return bool(asset["source"]["packaging"] == "zip")


@pytest.fixture(scope="module")
def heedless(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """Dev, deployed while an alarm is red; with instances that wait for calls."""
    settings = load("dev", image_digest=DIGEST, ignore_alarms=REASON)
    warm = settings.function.model_copy(update={"provisioned_concurrency": 2})
    settings = settings.model_copy(update={"function": warm})
    return synthesize(settings, tmp_path_factory.mktemp("heedless"))


def test_one_deployment_may_ignore_the_alarms_and_says_so(heedless: Assembled) -> None:
    assert not group(heedless)["AlarmConfiguration"]["Enabled"]
    events = group(heedless)["AutoRollbackConfiguration"]["Events"]
    assert set(events) == {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"}
    assert heedless.templates["service"]["Outputs"]["AlarmsIgnored"]["Value"] == REASON
    (trigger,) = group(heedless)["TriggerConfigurations"]
    assert trigger["TriggerName"] == f"ALARMS IGNORED: {REASON}"


def test_a_deployment_is_told_to_the_topic_that_codedeploy_may_write_to(in_aws: Assembled) -> None:
    (trigger,) = group(in_aws)["TriggerConfigurations"]
    topic = in_aws.target(trigger["TriggerTargetArn"], "service")
    assert topic.body["Type"] == "AWS::SNS::Topic"
    assert {"DeploymentFailure", "DeploymentRollback"} <= set(trigger["TriggerEvents"])
    role = in_aws.target(group(in_aws)["ServiceRoleArn"], "service")
    (policy,) = [p for p in in_aws.of_type("AWS::IAM::Policy") if p["Roles"] == [{"Ref": role.id}]]
    text = json.dumps(policy["PolicyDocument"])
    assert '"sns:Publish"' in text
    assert '"kms:GenerateDataKey"' in text


def test_without_a_reason_alarms_are_not_ignored() -> None:
    with pytest.raises(SettingsError, match="-c ignore_alarms: ignore_alarms = ''"):
        load("prod", ignore_alarms="")


def test_instances_that_wait_belong_to_the_alias(heedless: Assembled, in_aws: Assembled) -> None:
    waiting = heedless.one("AWS::Lambda::Alias")["ProvisionedConcurrencyConfig"]
    assert waiting == {"ProvisionedConcurrentExecutions": 2}
    assert "ProvisionedConcurrencyConfig" not in in_aws.one("AWS::Lambda::Alias").properties
