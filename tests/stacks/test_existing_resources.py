"""Each lasting thing can be one that exists already, named in the stage file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from stacks.settings import STAGES, load
from tests.stacks.assembled import DIGEST, Assembled, synthesize

STAGE = """
[api]
cors_origins = ["https://shared.credmate.example"]

[image]
repository_arn = "arn:aws:ecr:us-east-1:111122223333:repository/shared/backend"

[keys]
data = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-00000000da7a"
alarms = "arn:aws:kms:us-east-1:111122223333:key/mrk-000000000000000000000000000000a1"

[network]
vpc_id = "vpc-0a1"
subnet_ids = ["subnet-0a1", "subnet-0b2"]

[database]
secret_name = "shared/database"
security_group_id = "sg-0a1"

[canary]
in_network = true

[secrets]
jwt_secret_name = "shared/jwt"
probe_secret_name = "shared/probe"

[notifications]
emails = ["oncall@credmate.example"]
page_topic_arn = "arn:aws:sns:us-east-1:111122223333:shared-oncall"
chat = { slack_workspace_id = "T0AAAAAAA", slack_channel_id = "C0AAAAAAA" }
"""


@pytest.fixture(scope="module")
def existing(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    folder = tmp_path_factory.mktemp("existing")
    stages = Path(shutil.copytree(STAGES, folder / "stages"))
    (stages / "shared.toml").write_text(STAGE)
    return synthesize(load("shared", stages, image_digest=DIGEST), folder / "out")


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::EC2::VPC",
        "AWS::RDS::DBCluster",
        "AWS::SecretsManager::Secret",
        "AWS::ECR::Repository",
        "AWS::KMS::Key",
        "AWS::KMS::Alias",
    ],
)
def test_nothing_is_made_twice(existing: Assembled, kind: str) -> None:
    assert existing.of_type(kind) == []


def test_the_existing_keys_encrypt_what_they_are_for(existing: Assembled) -> None:
    groups = existing.of_type("AWS::Logs::LogGroup")
    assert groups
    assert {group["KmsKeyId"] for group in groups} == {existing.settings.keys.data}
    topics = existing.of_type("AWS::SNS::Topic")
    assert topics
    assert {topic["KmsMasterKeyId"] for topic in topics} == {existing.settings.keys.alarms}


def test_a_role_may_use_the_existing_keys(existing: Assembled) -> None:
    allowed = json.dumps(existing.templates["service"])
    assert str(existing.settings.keys.alarms) in allowed  # CodeDeploy's notifications


def test_the_functions_run_in_the_existing_network(existing: Assembled) -> None:
    for function in existing.image_functions():
        assert function["VpcConfig"]["SubnetIds"] == ["subnet-0a1", "subnet-0b2"]


def test_the_canary_may_run_in_the_existing_network(existing: Assembled) -> None:
    canary = existing.one("AWS::Synthetics::Canary")
    assert canary["VPCConfig"]["SubnetIds"] == ["subnet-0a1", "subnet-0b2"]
    role = canary["ExecutionRoleArn"]["Fn::GetAtt"][0]
    (policy,) = [p for p in existing.of_type("AWS::IAM::Policy") if p["Roles"] == [{"Ref": role}]]
    assert "ec2:CreateNetworkInterface" in json.dumps(policy["PolicyDocument"])


def test_the_existing_database_lets_the_functions_in(existing: Assembled) -> None:
    rule = existing.one("AWS::EC2::SecurityGroupIngress", GroupId="sg-0a1")
    group = existing.target(rule["SourceSecurityGroupId"], "data")
    assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
    assert existing.one("AWS::EC2::SecurityGroup").id == group.id


def test_the_image_comes_from_the_existing_repository(existing: Assembled) -> None:
    for function in existing.image_functions():
        uri = json.dumps(function["Code"]["ImageUri"])
        assert "111122223333.dkr.ecr.us-east-1." in uri
        assert f"/shared/backend@{DIGEST}" in uri


def test_an_existing_secret_is_read_by_its_name_and_no_more_than_it(existing: Assembled) -> None:
    text = json.dumps(existing.templates["service"])
    for name in ("database", "jwt", "probe"):
        assert f":secret:shared/{name}-??????" in text


def test_whoever_is_named_is_told(existing: Assembled) -> None:
    subscriptions = existing.of_type("AWS::SNS::Subscription", stack="data")
    assert {(s["Protocol"], s["Endpoint"]) for s in subscriptions} == {
        ("email", "oncall@credmate.example")
    }
    assert {topic(existing, s["TopicArn"]) for s in subscriptions} == whole(existing)


def topic(stage: Assembled, arn: Any) -> str:
    """The name of a topic, of ours or by its ARN."""
    name = arn.split(":")[-1] if isinstance(arn, str) else stage.target(arn, "data")["TopicName"]
    return str(name)


def whole(stage: Assembled) -> set[str]:
    """Where people hear: pages in the topic that exists, tickets in one of ours."""
    return {"shared-oncall", stage.settings.name("ticket")}


def test_pages_go_to_the_existing_topic_by_a_role_that_may(existing: Assembled) -> None:
    assert existing.settings.name("page") not in {
        one["TopicName"] for one in existing.of_type("AWS::SNS::Topic")
    }
    arn = existing.settings.notifications.page_topic_arn
    formatter = existing.one(
        "AWS::Lambda::Function", FunctionName=existing.settings.name("alarm-message-page")
    )
    assert formatter["Environment"]["Variables"]["TOPIC_ARN"] == arn
    role = existing.target(formatter["Role"], formatter.stack)
    policies = [p for p in existing.of_type("AWS::IAM::Policy") if {"Ref": role.id} in p["Roles"]]
    allowed = [s for p in policies for s in p["PolicyDocument"]["Statement"]]
    assert arn in [s["Resource"] for s in allowed if s["Action"] == "sns:Publish"]
    key = existing.settings.keys.alarms
    assert [s["Action"] for s in allowed if s["Resource"] == key] == [
        ["kms:Decrypt", "kms:GenerateDataKey"]
    ]


def test_a_chat_hears_what_people_hear_and_can_do_nothing(existing: Assembled) -> None:
    channel = existing.one("AWS::Chatbot::SlackChannelConfiguration")
    assert {topic(existing, arn) for arn in channel["SnsTopicArns"]} == whole(existing)
    (guardrail,) = channel["GuardrailPolicies"]
    assert ":iam::aws:policy/AWSDenyAll" in json.dumps(guardrail)
    role = existing.target(channel["IamRoleArn"], channel.stack)
    assert "ManagedPolicyArns" not in role.properties
    assert not [p for p in existing.of_type("AWS::IAM::Policy") if {"Ref": role.id} in p["Roles"]]
