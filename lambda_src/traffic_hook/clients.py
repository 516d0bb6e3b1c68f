"""AWS, as the hook sees it: three clients, none of which waits for long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config

from .configuration import Lambda
from .deployment import CodeDeploy

ATTEMPTS = 3
# Seconds; the HTTP API waits 30 for the function, so no call needs more.
CONNECT, READ, CALL_READ, BACKOFF = 2, 5, 30, 5
# What a question to AWS, and a call of the function, may take with every attempt.
STEP_SECONDS = ATTEMPTS * (CONNECT + READ) + BACKOFF
CALL_SECONDS = ATTEMPTS * (CONNECT + CALL_READ) + BACKOFF


class Secrets(Protocol):
    """The part of Secrets Manager's client that is used."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's
        """Read a secret."""


@dataclass(frozen=True)
class Clients:
    """CodeDeploy, Lambda and Secrets Manager."""

    codedeploy: CodeDeploy
    functions: Lambda
    secrets: Secrets


def connect() -> Clients:
    """The clients of the hook's own account and region."""
    return Clients(
        codedeploy=boto3.client("codedeploy", config=_config(READ)),
        functions=boto3.client("lambda", config=_config(CALL_READ)),
        secrets=boto3.client("secretsmanager", config=_config(READ)),
    )


def _config(read_seconds: int) -> Config:
    return Config(
        connect_timeout=CONNECT,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
