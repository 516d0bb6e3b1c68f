"""A stage in another account is verified as a role of its own, by one project and nobody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.settings import SettingsError, deliveries, load
from tests.stacks.assembled import Assembled, Resource, synthesize
from tests.stacks.two_accounts import DEV, PROD, two_accounts

VERIFIER, ROLE = "credmate-prod-verify-dev", "credmate-dev-verify"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_accounts(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def pipeline(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """Of production's account."""
    return synthesize("prod", tmp_path_factory.mktemp("prod"), files=files)


@pytest.fixture(scope="module")
def elsewhere(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """Development, in its account."""
    return synthesize("dev", tmp_path_factory.mktemp("dev"), files=files)


def project(stage: Assembled, name: str) -> Resource:
    found = stage.of_type("AWS::CodeBuild::Project", stack="pipeline")
    (one,) = (p for p in found if p["Name"].endswith(name))
    return one


def allowed(stage: Assembled, stack: str, role: str) -> list[dict[str, Any]]:
    """What the policy of a role lets it do."""
    policies = stage.of_type("AWS::IAM::Policy", stack=stack)
    (policy,) = (p for p in policies if p["Roles"] == [{"Ref": role}])
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def shape(statements: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Actions and resources, with the account's number for the account's name."""
    return {
        (json.dumps(one["Action"]), json.dumps(one["Resource"]).replace(DEV, "ACCOUNT"))
        for one in statements
    }


def arn(role: str, account: str) -> dict[str, Any]:
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{account}:role/{role}"]]}


def test_only_the_pipelines_project_may_assume_the_role(elsewhere: Assembled) -> None:
    role = elsewhere.one("AWS::IAM::Role", RoleName=ROLE)
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{PROD}:root"}
    assert trust["Condition"] == {"ArnEquals": {"aws:PrincipalArn": arn(VERIFIER, PROD)}}


def test_the_project_has_that_name_and_may_assume_that_role(pipeline: Assembled) -> None:
    role = pipeline.one("AWS::IAM::Role", RoleName=VERIFIER)
    assume = [s for s in allowed(pipeline, "pipeline", role.id) if "sts:AssumeRole" in s["Action"]]
    assert [s["Resource"] for s in assume] == [arn(ROLE, DEV)]
    assert project(pipeline, "-verifydev")["ServiceRole"] == {"Fn::GetAtt": [role.id, "Arn"]}


def test_the_project_itself_may_look_at_nothing(pipeline: Assembled) -> None:
    role = pipeline.one("AWS::IAM::Role", RoleName=VERIFIER)
    text = json.dumps(allowed(pipeline, "pipeline", role.id))
    for action in ("cloudformation:", "lambda:", "cloudwatch:", "secretsmanager:"):
        assert action not in text


def test_the_role_may_do_what_a_project_beside_the_stage_may(
    elsewhere: Assembled, prod: Assembled
) -> None:
    """`prod` delivers to both stages in one account: its project looks by itself."""
    role = elsewhere.one("AWS::IAM::Role", RoleName=ROLE)
    given = shape(allowed(elsewhere, "monitoring", role.id))
    service = project(prod, "-verifydev")["ServiceRole"]["Fn::GetAtt"][0]
    beside = {
        (action, resource.replace('", {"Ref": "AWS::AccountId"}, "', "ACCOUNT"))
        for action, resource in shape(allowed(prod, "pipeline", service))
    }
    assert given <= beside
    own = {action.partition(":")[0].strip('["') for action, _ in beside - given}
    assert own == {"s3", "kms", "logs", "codebuild", "codeconnections"}  # as every project's


def test_the_command_says_the_role(pipeline: Assembled) -> None:
    dev = project(pipeline, "-verifydev")
    spec = yaml.safe_load(dev["Source"]["BuildSpec"])
    (command,) = spec["phases"]["build"]["commands"]
    assert command.endswith(' --role-arn "$VERIFY_ROLE"')
    given = {v["Name"]: v["Value"] for v in dev["Environment"]["EnvironmentVariables"]}
    assert given == {"VERIFY_ROLE": arn(ROLE, DEV)}


def test_the_stage_beside_the_pipeline_goes_on_as_before(pipeline: Assembled) -> None:
    prod = project(pipeline, "-verifyprod")
    assert "--role-arn" not in prod["Source"]["BuildSpec"]
    role = prod["ServiceRole"]["Fn::GetAtt"][0]
    assert "lambda:GetAlias" in json.dumps(allowed(pipeline, "pipeline", role))
    names = [r.properties.get("RoleName") for r in pipeline.of_type("AWS::IAM::Role")]
    assert "credmate-prod-verify" not in names


def test_in_one_account_there_is_no_such_role(tmp_path: Path) -> None:
    files = two_accounts(tmp_path, dev=PROD)
    dev, prod = load("dev", files), load("prod", files)
    assert dev.verified_by == ()
    assert not dev.is_elsewhere(prod)


def test_an_account_that_nobody_says_of_the_pipeline_is_asked_for(tmp_path: Path) -> None:
    files = two_accounts(tmp_path, prod=None)
    with pytest.raises(SettingsError, match=r"prod.toml: account: missing, and dev says 2{12}"):
        deliveries(load("prod", files), files)


@pytest.mark.parametrize("broken", ["pipeline = 3", "[pipeline]\nstages = 3"])
def test_what_another_stages_file_says_wrongly_is_not_this_stages(
    tmp_path: Path, broken: str
) -> None:
    files = two_accounts(tmp_path)
    (files / "prod.toml").write_text(f'account = "{PROD}"\n{broken}\n')
    assert load("dev", files).verified_by == ()
