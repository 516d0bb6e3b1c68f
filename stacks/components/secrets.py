"""Who may read a secret."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager


def let_read(reader: iam.IGrantable, secret: secretsmanager.ISecret) -> None:
    """The value and nothing else, and the secret's key only by way of Secrets Manager.

    Not `Secret.grant_read`: it writes the reader into the policy of the key too, which makes
    the lasting stack depend on the one that each release replaces. The key trusts the
    account's own policies, so this is enough. A customer key of an existing secret is the
    owner's to open.
    """
    policy = reader.grant_principal
    # Of an existing secret only the name is known; AWS ends its ARN with six characters.
    arn = secret.secret_full_arn or f"{secret.secret_arn}-??????"
    policy.add_to_principal_policy(
        iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn])
    )
    if key := secret.encryption_key:
        via = f"secretsmanager.{secret.stack.region}.amazonaws.com"
        policy.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": via}},
            )
        )
