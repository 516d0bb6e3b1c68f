"""Customer keys, and which AWS services may use them for what."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

# Kept when the stack goes, but not when its creation failed: the name is free for the next try.
KEEP = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


def customer_key(
    scope: Construct, id: str, *, name: str, purpose: str, existing: str | None
) -> kms.IKey:
    """A key that AWS rotates every year, under the alias `name`; or the existing one, by its ARN.

    The policy of an existing key is its owner's: what is added to it here is left out.
    """
    if existing:
        return kms.Key.from_key_arn(scope, id, existing)
    key = kms.Key(scope, id, description=purpose, enable_key_rotation=True, removal_policy=KEEP)
    key.add_alias(f"alias/{name}")
    return key


def let_logs_use(key: kms.IKey) -> None:
    """CloudWatch Logs encrypts this account's log groups with the key."""
    stack = cdk.Stack.of(key)
    groups = stack.format_arn(service="logs", resource="log-group:*")
    key.grant_encrypt_decrypt(
        iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com").with_conditions(
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
        )
    )
