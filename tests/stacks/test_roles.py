"""A role can be taken on by the service that is given it, and by no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stacks.assembled import Assembled, Resource

# Who takes on the role that a resource names.
TAKES_ON = {
    "AWS::CloudTrail::Trail": "cloudtrail.amazonaws.com",
    "AWS::CodeBuild::Project": "codebuild.amazonaws.com",
    "AWS::CodeDeploy::DeploymentGroup": "codedeploy.amazonaws.com",
    "AWS::CodePipeline::Pipeline": "codepipeline.amazonaws.com",
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::RDS::DBInstance": "monitoring.rds.amazonaws.com",
    "AWS::Scheduler::Schedule": "scheduler.amazonaws.com",
    "AWS::Synthetics::Canary": "lambda.amazonaws.com",
}
# What a build does with what the pipeline hands it, in a bucket with versions:
# https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
ON_ARTIFACTS = {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}


def named(value: Any) -> Iterator[str]:
    """The logical ids of which a value names the ARN."""
    if isinstance(value, dict):
        if isinstance(value.get("Fn::GetAtt"), list) and value["Fn::GetAtt"][1] == "Arn":
            yield value["Fn::GetAtt"][0]
        for member in value.values():
            yield from named(member)
    elif isinstance(value, list):
        for member in value:
            yield from named(member)


def principals(role: Resource) -> list[dict[str, Any]]:
    return [one["Principal"] for one in role["AssumeRolePolicyDocument"]["Statement"]]


def test_a_role_is_for_the_service_that_is_given_it(any_stage: Assembled) -> None:
    roles = {(role.stack, role.id): role for role in any_stage.of_type("AWS::IAM::Role")}
    wrong = [
        f"{one.id}: {name}"
        for one in any_stage.resources()
        if (service := TAKES_ON.get(one.body["Type"]))
        for name in named(one.properties)
        if (role := roles.get((one.stack, name))) and {"Service": service} not in principals(role)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", TAKES_ON)
def test_prod_has_every_kind_of_role_that_is_judged(prod: Assembled, kind: str) -> None:
    assert prod.of_type(kind)


def test_a_build_reads_and_writes_what_the_pipeline_hands_on(prod: Assembled) -> None:
    projects = prod.of_type("AWS::CodeBuild::Project", stack="pipeline")
    assert projects
    for project in projects:
        (role,) = named(project["ServiceRole"])
        (policy,) = (
            one for one in prod.of_type("AWS::IAM::Policy", stack="pipeline")
            if {"Ref": role} in one["Roles"]
        )  # fmt: skip
        granted = [set(_listed(one["Action"])) for one in policy["PolicyDocument"]["Statement"]]
        assert any(actions >= ON_ARTIFACTS for actions in granted), project.id


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
