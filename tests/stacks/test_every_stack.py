"""What holds for every resource, whichever stack it is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any

from tests.stacks.assembled import Assembled, Resource

# The only actions that may name every resource: AWS lets them name no other.
UNBOUND = {
    "cloudwatch:DescribeAlarms",  # narrower, it leaves composite alarms out
    "cloudwatch:PutMetricData",  # narrowed by a condition, see the test of the canary
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "ecr:GetAuthorizationToken",
    "s3:ListAllMyBuckets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
# Whose creation must not fail on what an earlier failure left behind.
KEPT = {
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::SecretsManager::Secret",
}


def allowed(stage: Assembled) -> Iterator[dict[str, Any]]:
    """Every statement of every policy of a role."""
    for policy in stage.of_type("AWS::IAM::Policy"):
        yield from policy["PolicyDocument"]["Statement"]
    for role in stage.of_type("AWS::IAM::Role"):
        for inline in role.properties.get("Policies", ()):
            yield from inline["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_everything(any_stage: Assembled) -> None:
    actions = [a for statement in allowed(any_stage) for a in as_list(statement["Action"])]
    assert actions
    assert not [action for action in actions if "*" in action]


def test_a_role_names_its_resources_wherever_aws_lets_it(any_stage: Assembled) -> None:
    unbound = {
        action
        for statement in allowed(any_stage)
        if statement["Effect"] == "Allow" and "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert unbound <= UNBOUND


def test_roles_are_assumed_by_services_alone(any_stage: Assembled) -> None:
    for role in any_stage.of_type("AWS::IAM::Role"):
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            assert list(statement["Principal"]) == ["Service"]


def test_no_template_holds_a_secret(any_stage: Assembled) -> None:
    for secret in any_stage.of_type("AWS::SecretsManager::Secret"):
        assert "SecretString" not in secret.properties
        assert secret["GenerateSecretString"]["PasswordLength"] >= 30
    assert "MasterUserPassword" not in plain_texts(any_stage)


def plain_texts(stage: Assembled) -> set[str]:
    """The names of properties of databases that are literal text."""
    return {
        name
        for cluster in stage.of_type("AWS::RDS::DBCluster")
        for name, value in cluster.properties.items()
        if isinstance(value, str)
    }


def test_every_log_group_has_an_end_and_a_key(any_stage: Assembled) -> None:
    groups = any_stage.of_type("AWS::Logs::LogGroup")
    assert groups
    for group in groups:
        assert group["RetentionInDays"] == any_stage.settings.logs.retention_days
        assert any_stage.target(group["KmsKeyId"], group.stack).body["Type"] == "AWS::KMS::Key"


def test_the_key_of_the_log_groups_lets_cloudwatch_logs_use_it(any_stage: Assembled) -> None:
    (group, *_) = any_stage.of_type("AWS::Logs::LogGroup")
    key = any_stage.target(group["KmsKeyId"], group.stack)
    service = f"logs.{any_stage.settings.region}.amazonaws.com"
    (statement,) = statements_for(key, service)
    assert {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"} <= set(statement["Action"])
    assert "kms:EncryptionContext:aws:logs:arn" in statement["Condition"]["ArnLike"]


def statements_for(key: Resource, service: str) -> list[dict[str, Any]]:
    return [
        statement
        for statement in key["KeyPolicy"]["Statement"]
        if statement["Principal"].get("Service") == service
    ]


def test_every_key_rotates(any_stage: Assembled) -> None:
    for key in any_stage.of_type("AWS::KMS::Key"):
        assert key["EnableKeyRotation"] is True


def test_what_cannot_be_made_again_is_kept(any_stage: Assembled) -> None:
    kept = [r for r in any_stage.resources() if r.body["Type"] in KEPT and not is_cache(r)]
    assert kept
    for resource in kept:
        assert resource.body["DeletionPolicy"] in ("Retain", "RetainExceptOnCreate")
        assert resource.body["UpdateReplacePolicy"] == "Retain"


def is_cache(resource: Resource) -> bool:
    return str(resource.properties.get("RepositoryName", "")).endswith("-build-cache")


def test_stacks_in_aws_cannot_be_deleted_by_a_slip(in_aws: Assembled) -> None:
    manifest = json.loads((in_aws.folder / "manifest.json").read_text())
    stacks = [a for a in manifest["artifacts"].values() if a["type"] == "aws:cloudformation:stack"]
    assert len(stacks) == len(in_aws.templates)
    assert all(stack["properties"]["terminationProtection"] for stack in stacks)


def test_everything_says_whose_it_is(any_stage: Assembled) -> None:
    wanted = {"project": any_stage.settings.project, "stage": any_stage.settings.stage}
    tagged = [r for r in any_stage.resources() if "Tags" in r.properties]
    assert {"AWS::Lambda::Function", "AWS::KMS::Key"} <= {r.body["Type"] for r in tagged}
    for resource in tagged:
        tags = resource["Tags"]
        if not isinstance(tags, dict):
            tags = {tag["Key"]: tag["Value"] for tag in tags}
        assert wanted.items() <= tags.items()


def test_the_lasting_stack_needs_no_other(any_stage: Assembled) -> None:
    assert "Fn::ImportValue" not in json.dumps(any_stage.templates["data"])
    for stack in ("data", "service"):
        assert "-monitoring:" not in json.dumps(any_stage.templates[stack])


def test_local_leaves_out_what_it_says_and_nothing_else(
    local: Assembled, assembled: Callable[[str], Assembled]
) -> None:
    missing = types(assembled("prod")) - types(local)
    said = [pattern for left in local.settings.left_out for pattern in left.resources]
    assert {t for t in missing if not any(fnmatch(t, p) for p in said)} == set()
    assert [p for p in said if not any(fnmatch(t, p) for t in missing)] == []
    assert types(local) <= types(assembled("prod"))


def types(stage: Assembled) -> set[str]:
    """What the stage consists of; a pipeline delivers to several, and is of none."""
    stacks = ("data", "service", "monitoring")
    return {r.body["Type"] for stack in stacks for r in stage.resources(stack)}


def test_prod_leaves_nothing_out(prod: Assembled, assembled: Callable[[str], Assembled]) -> None:
    # The images of all stages lie in production's repository.
    assert types(prod) == types(assembled("dev")) | {"AWS::ECR::Repository"}
    assert prod.settings.left_out == ()


# What a service encrypts in its own name: the key's policy must name the service, or the
# deployment fails. (Topics: test_watch.py.)
ENCRYPTS = (
    ("AWS::Logs::LogGroup", "KmsKeyId", "logs.us-east-1.amazonaws.com"),
    ("AWS::CloudTrail::Trail", "KMSKeyId", "cloudtrail.amazonaws.com"),
)


def test_a_key_lets_the_service_use_it_that_encrypts_with_it(any_stage: Assembled) -> None:
    refused = []
    for kind, name, service in ENCRYPTS:
        for one in any_stage.of_type(kind):
            if (said := one.properties.get(name)) is None:
                continue
            statements = any_stage.target(said, one.stack)["KeyPolicy"]["Statement"]
            actions = [
                action
                for statement in statements
                if service in as_list(statement["Principal"].get("Service", ()))
                for action in as_list(statement["Action"])
            ]
            if not any(action.startswith("kms:GenerateDataKey") for action in actions):
                refused.append(f"{one.stack} {one.id}: {service}")
    assert refused == []
