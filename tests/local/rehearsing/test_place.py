from pathlib import Path
from typing import Any

import pytest

from gate.assembly import Resource, Stack
from local.emulator import Emulator
from local.errors import CannotRun
from local.rehearsing.place import NOWHERE, Place

JWT, OTHER = {"Fn::ImportValue": "jwt"}, {"Fn::ImportValue": "other"}
HERE = Place(Emulator("http://127.0.0.1:1", "us-east-1"), {"jwt": "arn:jwt", "probe": "arn:probe"})


def function(**variables: Any) -> Resource:
    properties = {
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Environment": {"Variables": variables},
    }
    return Resource("Backend", "AWS::Lambda::Function", properties)


def stack(*, role: str = "Role", action: Any = "secretsmanager:GetSecretValue") -> Stack:
    statement = {"Action": action, "Effect": "Allow", "Resource": [JWT]}
    policy = {"Roles": [{"Ref": role}], "PolicyDocument": {"Statement": [statement]}}
    resources = (Resource("Policy", "AWS::IAM::Policy", policy),)
    return Stack("p-prod-service", Path("s.json"), resources)


def given(one: Resource, where: Stack) -> str:
    return HERE.variables(one, where)["JWT_SECRET_ARN"]


def test_a_secret_that_the_role_may_read_is_there() -> None:
    assert given(function(JWT_SECRET_ARN=JWT), stack()) == "arn:jwt"
    assert given(
        function(JWT_SECRET_ARN=JWT), stack(action=["a:B", "secretsmanager:GetSecretValue"])
    )


@pytest.mark.parametrize(
    "where", [stack(role="Another"), stack(action="secretsmanager:DescribeSecret")]
)
def test_a_secret_that_the_role_may_not_read_is_nowhere(where: Stack) -> None:
    assert given(function(JWT_SECRET_ARN=JWT), where) == NOWHERE


def test_a_secret_of_another_name_is_nowhere() -> None:
    assert given(function(JWT_SECRET_ARN=OTHER), stack()) == NOWHERE


def test_a_variable_that_the_template_does_not_set_is_not_set() -> None:
    assert "JWT_SECRET_ARN" not in HERE.variables(function(LOG_LEVEL="INFO"), stack())


def test_what_aws_alone_knows_must_be_said() -> None:
    one = function(FUNCTION={"Ref": "Backend"})
    assert HERE.variables(one, stack(), {"FUNCTION": "backend"})["FUNCTION"] == "backend"
    with pytest.raises(CannotRun, match="only AWS knows FUNCTION of Backend"):
        HERE.variables(one, stack())
