"""One repository for all stages: other stages and accounts run the digest that was tested here."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.settings import Settings

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def existing_repository(scope: Construct, id: str, settings: Settings) -> ecr.IRepository:
    """The stage's repository by what the settings call it, whoever made it."""
    if arn := settings.image.repository_arn:
        return ecr.Repository.from_repository_attributes(
            scope, id, repository_arn=arn, repository_name=settings.repository
        )
    return ecr.Repository.from_repository_name(scope, id, settings.repository)


def let_accounts_pull(repository: ecr.Repository, accounts: Sequence[str], region: str) -> None:
    """Let `accounts`, and Lambda for their functions, pull.

    As docs.aws.amazon.com/lambda/latest/dg/images-create.html says under "Amazon ECR cross-account
    permissions".
    """
    if not accounts:
        return
    repository.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.AccountPrincipal(account) for account in accounts], actions=PULL
        )
    )
    repository.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("lambda.amazonaws.com")],
            actions=PULL,
            conditions={
                "StringLike": {
                    "aws:sourceArn": [
                        f"arn:aws:lambda:{region}:{account}:function:*" for account in accounts
                    ]
                }
            },
        )
    )
