"""The role by which a pipeline in another account looks at this stage, and does nothing else."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.components.build_rights import look
from stacks.settings import Settings
from stacks.stage import Verifier

NAME = "verify"


def verify_role(scope: Construct, id: str, *, settings: Settings) -> iam.Role:
    """May read what `gate verify` reads; the stage's verifiers, and nobody else, assume it."""
    role = iam.Role(
        scope,
        id,
        role_name=settings.name(NAME),
        description=f"Reads what is deployed of {settings.stage}",
        assumed_by=iam.CompositePrincipal(*map(_exactly, settings.verified_by)),
    )
    look(role, settings)
    return role


def verify_role_arn(stage: Settings) -> str:
    """Its ARN, for who has only the stage's settings."""
    return f"arn:{cdk.Aws.PARTITION}:iam::{stage.account}:role/{stage.name(NAME)}"


def _exactly(verifier: Verifier) -> iam.PrincipalBase:
    """One role of another account, by its ARN.

    As a condition and not as the principal itself: IAM refuses a principal that is not there yet,
    and forgets one that is made again under its name.
    """
    arn = f"arn:{cdk.Aws.PARTITION}:iam::{verifier.account}:role/{verifier.role}"
    return iam.AccountPrincipal(verifier.account).with_conditions(
        {"ArnEquals": {"aws:PrincipalArn": arn}}
    )
