"""Secrets by ARN, from AWS Secrets Manager.

boto3 is imported here, on first use: it costs half a second that a machine without ARNs,
and a health check, should not pay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from shared.settings import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@cache
def read_secret(arn: str) -> Mapping[str, str]:
    """The members of a JSON secret, kept for the life of the process.

    Raises:
        SettingsError: the secret cannot be read, or is not a JSON object.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see above

    try:
        text = _client().get_secret_value(SecretId=arn)["SecretString"]
        members = json.loads(text)
    except (BotoCoreError, ClientError, KeyError) as exc:
        raise SettingsError(f"the secret {arn} cannot be read: {type(exc).__name__}") from exc
    except ValueError:
        # Without its cause, whose text would quote the secret.
        raise SettingsError(f"the secret {arn} is not JSON") from None
    if not isinstance(members, dict):
        raise SettingsError(f"the secret {arn} is not a JSON object")
    return {str(name): str(value) for name, value in members.items()}


def read_again(arn: str) -> Mapping[str, str]:
    """Read a secret anew: it may have been rotated since."""
    read_secret.cache_clear()
    return read_secret(arn)


def forget() -> None:
    """Drop every secret, and the client with the credentials that it read them with."""
    read_secret.cache_clear()
    _client.cache_clear()


def member(secret: Mapping[str, str], name: str, arn: str) -> str:
    """One member of a secret.

    Raises:
        SettingsError: it is missing or empty.
    """
    value = secret.get(name, "")
    if not value:
        raise SettingsError(f"the secret {arn} has no member {name!r}")
    return value


@cache
def _client() -> SecretsManagerClient:
    import boto3  # noqa: PLC0415 - see above

    return boto3.client("secretsmanager")
