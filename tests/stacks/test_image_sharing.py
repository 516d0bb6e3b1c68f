"""Other accounts pull the images that were tested, and do nothing else with them."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ecr as ecr

from stacks.components.image_sharing import let_accounts_pull
from stacks.stage import Image

BASE = "public.ecr.aws/lambda/python:3.13"
OTHER = "222222222222"


def policy(*accounts: str) -> list[dict[str, Any]]:
    """What the repository's policy says once it is shared with `accounts`."""
    stack = cdk.Stack(cdk.App(), "Images")
    let_accounts_pull(ecr.Repository(stack, "Images"), accounts, "us-east-1")
    (repository,) = (
        assertions.Template.from_stack(stack).find_resources("AWS::ECR::Repository").values()
    )
    text: dict[str, Any] = repository.get("Properties", {}).get(
        "RepositoryPolicyText", {"Statement": []}
    )
    return list(text["Statement"])


def test_an_account_and_its_functions_may_pull() -> None:
    account, functions = policy(OTHER)
    assert f":iam::{OTHER}:root" in str(account["Principal"]["AWS"])
    assert functions["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert functions["Condition"] == {
        "StringLike": {"aws:sourceArn": [f"arn:aws:lambda:us-east-1:{OTHER}:function:*"]}
    }
    for statement in (account, functions):
        assert statement["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def test_a_repository_that_is_not_shared_says_nothing_of_others() -> None:
    assert policy() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "repository_name": "a",
            "repository_arn": "arn:aws:ecr:eu-west-1:111111111111:repository/a",
        },
        {"repository_name": "a", "shared_with": [OTHER]},
        {"shared_with": ["22"]},
    ],
)
def test_what_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"repository_name|shared_with"):
        Image.model_validate({"base": BASE} | wrong)
