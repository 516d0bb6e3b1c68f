"""Every alarm looks at what somebody reports, and says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lambda_src.canary import canary
from stacks.components import alarm_table
from stacks.components.alarms import Severity
from stacks.settings import ROOT, load
from tests.stacks.assembled import Assembled, Resource

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
# What AWS reports: docs.aws.amazon.com, the page on metrics of each service.
OF_AWS = {
    "AWS/Lambda": {"Errors", "Throttles", "Duration", "Invocations", "ConcurrentExecutions"},
    "AWS/ApiGateway": {"5xx"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
    "AWS/RDS": {"CPUUtilization", "ACUUtilization", "DatabaseConnections", "FreeableMemory"},
}


def alarm(stage: Assembled, name: str) -> Resource:
    return stage.one(ALARM, AlarmName=stage.settings.name(name))


def dimensions(metric: Any) -> dict[str, Any]:
    return {d["Name"]: d["Value"] for d in metric.get("Dimensions", ())}


def metrics(each: Resource) -> list[Any]:
    """What an alarm looks at: one metric, or those of its expression."""
    math = each.properties.get("Metrics", ())
    return [m["MetricStat"]["Metric"] for m in math if "MetricStat" in m] or [each.properties]


def everything(stage: Assembled) -> list[tuple[Resource, Any]]:
    return [(each, metric) for each in stage.of_type(ALARM) for metric in metrics(each)]


def of_namespace(stage: Assembled, prefix: str) -> list[tuple[Resource, Any]]:
    found = [(a, m) for a, m in everything(stage) if m["Namespace"].startswith(prefix)]
    assert found
    return found


def test_a_metric_of_aws_is_one_that_the_service_has(any_stage: Assembled) -> None:
    for _, metric in of_namespace(any_stage, "AWS/"):
        assert metric["MetricName"] in OF_AWS[metric["Namespace"]]


def test_an_alarm_of_the_function_watches_this_function_and_its_alias(any_stage: Assembled) -> None:
    alias = any_stage.one("AWS::Lambda::Alias")
    backend = any_stage.target(alias["FunctionName"], "service")
    for each, metric in of_namespace(any_stage, "AWS/Lambda"):
        named = dimensions(metric)
        assert any_stage.target(named["FunctionName"], each.stack).id == backend.id
        if "Resource" in named:
            function, qualifier = named["Resource"]["Fn::Join"][1]
            assert any_stage.target(function, each.stack).id == backend.id
            assert qualifier == f":{alias['Name']}"
        else:
            assert metric["MetricName"] == "ConcurrentExecutions"  # the limit is the function's


@pytest.mark.parametrize(
    ("namespace", "dimension", "kind"),
    [
        ("AWS/ApiGateway", "ApiId", "AWS::ApiGatewayV2::Api"),
        ("AWS/RDS", "DBClusterIdentifier", "AWS::RDS::DBCluster"),
        ("AWS/SQS", "QueueName", "AWS::SQS::Queue"),
    ],
)
def test_an_alarm_watches_the_resource_of_the_template(
    in_aws: Assembled, namespace: str, dimension: str, kind: str
) -> None:
    for each, metric in of_namespace(in_aws, namespace):
        named = dimensions(metric)
        assert list(named) == [dimension]
        assert in_aws.target(named[dimension], each.stack).body["Type"] == kind


def test_an_alarm_on_a_probe_watches_what_the_canary_reports(any_stage: Assembled) -> None:
    assert alarm_table.table(any_stage.settings)
    of_canary = {"ProbeFailed", "ProbeDuration", "ProbeRetried"}
    stage = {"Stage": any_stage.settings.stage}
    known = [stage, *(stage | {"Probe": probe} for probe in any_stage.settings.probes)]
    for _, metric in of_namespace(any_stage, canary.NAMESPACE):
        assert metric["MetricName"] in of_canary
        assert dimensions(metric) in known


def test_an_alarm_on_starts_watches_what_the_log_reports(any_stage: Assembled) -> None:
    filters = any_stage.of_type("AWS::Logs::MetricFilter", stack="monitoring")
    reported = {
        (t["MetricNamespace"], t["MetricName"])
        for f in filters
        for t in f["MetricTransformations"]
        if t["MetricValue"] == "1"  # the others are durations, for the dashboard
    }
    subscription = any_stage.one("AWS::Logs::SubscriptionFilter")
    function = any_stage.target(subscription["DestinationArn"], "monitoring")
    variables = function["Environment"]["Variables"]
    reported.add((variables["NAMESPACE"], variables["METRIC"]))
    watched = {
        (metric["Namespace"], metric["MetricName"])
        for _, metric in of_namespace(any_stage, "CredMate/Starts/")
    }
    assert watched == reported


def test_the_log_that_is_watched_is_the_backends(any_stage: Assembled) -> None:
    backend = any_stage.one(
        "AWS::Lambda::Function", FunctionName=any_stage.settings.name("backend")
    )
    group = any_stage.target(backend["LoggingConfig"]["LogGroup"], backend.stack)
    kinds = ("AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter")
    for each in (each for kind in kinds for each in any_stage.of_type(kind)):
        assert any_stage.target(each["LogGroupName"], each.stack).id == group.id
    logging = backend["LoggingConfig"]
    assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "INFO")


def test_a_dimension_names_a_stage_or_a_resource_and_nothing_by_hand(in_aws: Assembled) -> None:
    for _, metric in everything(in_aws):
        for name, value in dimensions(metric).items():
            assert isinstance(value, dict) or name in ("Stage", "Probe")


def test_every_probe_has_an_alarm_that_looks_every_ten_seconds(any_stage: Assembled) -> None:
    period = 60 * any_stage.settings.canary.period_minutes
    for probe in any_stage.settings.probes:
        found = alarm(any_stage, f"probe-{probe}-failed")
        assert dimensions(found.properties)["Probe"] == probe
        assert (found["Period"], found["DatapointsToAlarm"]) == (10, 1)
        # Between two runs most periods are empty: it stays red until the next one.
        assert found["EvaluationPeriods"] * found["Period"] > period
        assert found["TreatMissingData"] == "notBreaching"
    assert {"health", "login"} <= set(any_stage.settings.probes)


def test_a_silent_canary_is_a_failure(any_stage: Assembled) -> None:
    found = alarm(any_stage, "probes-silent")
    assert found["TreatMissingData"] == "breaching"
    assert found["DatapointsToAlarm"] == found["EvaluationPeriods"]


def test_a_probe_is_judged_as_often_as_it_is_asked(in_aws: Assembled) -> None:
    minutes = in_aws.settings.canary.period_minutes
    unit = "minute" if minutes == 1 else "minutes"
    schedule = in_aws.one("AWS::Synthetics::Canary")["Schedule"]
    assert schedule["Expression"] == f"rate({minutes} {unit})"


def test_slowness_is_told_before_the_timeout(any_stage: Assembled) -> None:
    found = alarm(any_stage, "backend-duration")
    assert found["ExtendedStatistic"] == "p99"
    assert found["Threshold"] == 0.8 * any_stage.settings.function.timeout_seconds * 1000


def test_errors_are_a_rate_only_where_there_is_traffic(in_aws: Assembled) -> None:
    (expression,) = [m for m in alarm(in_aws, "backend-error-rate")["Metrics"] if "Expression" in m]
    assert expression["Expression"] == "IF(whole >= 20, 100 * part / whole, 0)"


def test_concurrency_is_watched_where_it_has_a_limit(prod: Assembled) -> None:
    reserved = prod.settings.function.reserved_concurrency
    assert reserved
    assert alarm(prod, "backend-concurrency")["Threshold"] == 0.8 * reserved


@pytest.mark.parametrize(
    ("minimum", "maximum", "connections"),
    [(1, 1, 189), (0.5, 4.0, 823), (1, 8, 1669), (0.5, 16.0, 2000), (1, 16, 3360), (1, 64, 5000)],
)
def test_the_databases_connections_end_where_aurora_says(
    prod: Assembled, minimum: float, maximum: float, connections: int
) -> None:
    capacity = {"minimum_capacity": minimum, "maximum_capacity": maximum}
    assert prod.settings.database.model_copy(update=capacity).most_connections == connections


# Who is told.


def told(each: Resource, stage: Assembled) -> set[str]:
    actions = each.properties.get("AlarmActions", []), each.properties.get("OKActions", [])
    assert actions[0] == actions[1], "recovery is told where the alarm was"
    return {stage.target(action, each.stack)["TopicName"] for action in actions[0]}


def parts(composite: Resource) -> list[str]:
    return re.findall(r'ALARM\("([^"]+)"\)', composite["AlarmRule"])


def test_login_is_down_wakes_somebody_and_degraded_does_not(in_aws: Assembled) -> None:
    for name, severity in (("login-is-down", Severity.PAGE), ("degraded", Severity.TICKET)):
        composite = in_aws.one(COMPOSITE, AlarmName=in_aws.settings.name(name))
        assert told(composite, in_aws) == {in_aws.settings.name(f"{severity}-raw")}


def test_an_alarm_tells_for_itself_or_is_part_of_one_that_tells(in_aws: Assembled) -> None:
    summed_up = {part for each in in_aws.of_type(COMPOSITE) for part in parts(each)}
    names = {each["AlarmName"] for each in in_aws.of_type(ALARM)}
    assert summed_up <= names
    for each in in_aws.of_type(ALARM):
        assert bool(told(each, in_aws)) != (each["AlarmName"] in summed_up)


def test_where_there_are_no_composite_alarms_each_tells_its_own_topic(local: Assembled) -> None:
    alarms = {each["AlarmName"]: each for each in local.of_type(ALARM)}
    for rule in alarm_table.table(local.settings):
        each, severity = alarms[local.settings.name(rule.name)], rule.severity
        assert told(each, local) == {local.settings.name(f"{severity}-raw")}


def test_what_is_part_of_the_page_is_a_page(any_stage: Assembled) -> None:
    severities = {c.name: c.severity for c in alarm_table.COMPOSITES}
    for rule in alarm_table.table(any_stage.settings):
        if rule.part_of:
            assert rule.severity == severities[rule.part_of]


def test_degraded_is_silent_while_login_is_down(in_aws: Assembled) -> None:
    composite = in_aws.one(COMPOSITE, AlarmName=in_aws.settings.name("degraded"))
    silencer = in_aws.target(composite["ActionsSuppressor"], "monitoring")
    assert silencer["AlarmName"] == in_aws.settings.name("login-is-down")


# What it says.


def descriptions(stage: Assembled) -> Iterator[str]:
    for each in (*stage.of_type(ALARM), *stage.of_type(COMPOSITE)):
        yield each["AlarmDescription"]


def test_every_alarm_says_why_its_thresholds_reason_and_where_help_is(in_aws: Assembled) -> None:
    runbook = in_aws.settings.notifications.runbook
    for text in descriptions(in_aws):
        assert re.fullmatch(r".{20,} Threshold: .{15,} Runbook: \S+", text)
        assert f" Runbook: {runbook}#" in text
        assert len(text) <= 1024


def anchors() -> set[str]:
    text = (ROOT / "docs" / "runbook.md").read_text()
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_runbook_has_the_section_that_an_alarm_names(in_aws: Assembled) -> None:
    named = {text.rpartition("#")[2] for text in descriptions(in_aws)}
    assert named <= anchors()


def test_the_runbook_has_the_sections_that_messages_name() -> None:
    text = (ROOT / "lambda_src" / "alarm_message" / "formats.py").read_text()
    named = set(re.findall(r"\.runbook\}#([a-z-]+)", text))
    assert {"changed-by-hand", "drifted", "releases"} <= named
    assert named <= anchors()


def test_a_probe_that_wakes_somebody_is_one_of_probes_toml() -> None:
    settings = load("prod")
    assert set(settings.canary.login_probes) <= set(settings.probes)


# Whether it arrives.


def publishers(stage: Assembled) -> set[tuple[str, str]]:
    """Every service that the templates let publish, and the topic."""
    found = set()
    for each in (*stage.of_type(ALARM), *stage.of_type(COMPOSITE)):
        for topic in told(each, stage):
            found.add(("cloudwatch.amazonaws.com", topic))
    for rule in stage.of_type("AWS::Events::Rule"):
        for target in rule.properties.get("Targets", ()):
            resource = stage.target(target["Arn"], rule.stack)
            if resource.body["Type"] == "AWS::SNS::Topic":
                found.add(("events.amazonaws.com", resource["TopicName"]))
    for rule in stage.of_type("AWS::CodeStarNotifications::NotificationRule"):
        for target in rule["Targets"]:
            resource = stage.target(target["TargetAddress"], rule.stack)
            found.add(("codestar-notifications.amazonaws.com", resource["TopicName"]))
    return found


def allows(statements: Any, service: str, action: str) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and service in str(statement["Principal"])
        and action in statement["Action"]
        for statement in statements
    )


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey*"])
def test_whoever_publishes_may_use_the_topic_and_its_key(any_stage: Assembled, action: str) -> None:
    topics = {t["TopicName"]: t for t in any_stage.of_type("AWS::SNS::Topic")}
    published = publishers(any_stage)
    assert published
    for service, name in published:
        topic = topics[name]
        key = any_stage.target(topic["KmsMasterKeyId"], topic.stack)
        assert allows(key["KeyPolicy"]["Statement"], service, action)
        assert allows(policy_of(topic, any_stage), service, "sns:Publish")


def policy_of(topic: Resource, stage: Assembled) -> list[Any]:
    policies = stage.of_type("AWS::SNS::TopicPolicy")
    return [
        statement
        for policy in policies
        if {"Ref": topic.id} in policy["Topics"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_every_topic_refuses_what_comes_without_tls(any_stage: Assembled) -> None:
    for topic in any_stage.of_type("AWS::SNS::Topic"):
        denied = [s for s in policy_of(topic, any_stage) if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_eventbridge_is_asked_for_nothing_that_it_does_not_send(any_stage: Assembled) -> None:
    """It sends no source account when it encrypts: a condition on it would swallow every event."""
    for key in any_stage.of_type("AWS::KMS::Key"):
        for statement in key["KeyPolicy"]["Statement"]:
            if "events.amazonaws.com" in str(statement["Principal"]):
                assert "Condition" not in statement


def statements_of(function: Resource, stage: Assembled) -> list[Any]:
    role = stage.target(function["Role"], function.stack)
    return [
        statement
        for policy in stage.of_type("AWS::IAM::Policy", stack=function.stack)
        if {"Ref": role.id} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def may(function: Resource, action: str, on: Resource, stage: Assembled) -> bool:
    for statement in statements_of(function, stage):
        resources = statement["Resource"]
        for arn in resources if isinstance(resources, list) else [resources]:
            named = isinstance(arn, dict) and stage.target(arn, function.stack).id == on.id
            if named and action in statement["Action"]:
                return True
    return False


def hears_all(stage: Assembled) -> list[Resource]:
    """The subscriptions that hear whatever a topic is told."""
    return [
        s for s in stage.of_type("AWS::SNS::Subscription") if "FilterPolicy" not in s.properties
    ]


@pytest.mark.parametrize("severity", list(Severity))
def test_what_is_told_is_formatted_for_people_or_told_to_them_as_it_is(
    any_stage: Assembled, severity: Severity
) -> None:
    raw, people = (
        any_stage.one("AWS::SNS::Topic", TopicName=any_stage.settings.name(name))
        for name in (f"{severity}-raw", severity)
    )
    (subscription,) = [
        s for s in hears_all(any_stage) if any_stage.target(s["TopicArn"], s.stack).id == raw.id
    ]
    function = any_stage.target(subscription["Endpoint"], subscription.stack)
    topic_arn = function["Environment"]["Variables"]["TOPIC_ARN"]
    assert any_stage.target(topic_arn, function.stack).id == people.id
    assert may(function, "sns:Publish", people, any_stage)
    key = any_stage.target(people["KmsMasterKeyId"], people.stack)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert may(function, action, key, any_stage)
    (failing,) = [
        config
        for config in any_stage.of_type("AWS::Lambda::EventInvokeConfig")
        if config["FunctionName"] == {"Ref": function.id}
    ]
    destination = failing["DestinationConfig"]["OnFailure"]["Destination"]
    assert any_stage.target(destination, failing.stack).id == people.id
    assert failing["MaximumRetryAttempts"] == 0


def test_what_cannot_be_delivered_waits_and_is_told_another_way(any_stage: Assembled) -> None:
    queue = any_stage.one("AWS::SQS::Queue")
    raw = [s for s in hears_all(any_stage) if s["Protocol"] == "lambda"]
    assert len(raw) == len(Severity)
    for subscription in raw:
        target = subscription["RedrivePolicy"]["deadLetterTargetArn"]
        assert any_stage.target(target, subscription.stack).id == queue.id
    key = any_stage.target(queue["KmsMasterKeyId"], queue.stack)
    assert allows(key["KeyPolicy"]["Statement"], "sns.amazonaws.com", "kms:GenerateDataKey*")
    policy = any_stage.one("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert allows(policy, "sns.amazonaws.com", "sqs:SendMessage")
    assert told(alarm(any_stage, "messages-undelivered"), any_stage) == {
        any_stage.settings.name("page")
    }


def test_a_formatter_is_told_where_it_stands(any_stage: Assembled) -> None:
    backend = any_stage.one(
        "AWS::Lambda::Function", FunctionName=any_stage.settings.name("backend")
    )
    group = any_stage.target(backend["LoggingConfig"]["LogGroup"], backend.stack)
    for severity in Severity:
        name = any_stage.settings.name(f"alarm-message-{severity}")
        function = any_stage.one("AWS::Lambda::Function", FunctionName=name)
        variables = function["Environment"]["Variables"]
        assert variables["FUNCTION"] == backend["FunctionName"]
        assert variables["ALIAS"] == any_stage.one("AWS::Lambda::Alias")["Name"]
        assert variables["LOG_GROUP"] == group["LogGroupName"]
        assert variables["SEVERITY"] == severity
