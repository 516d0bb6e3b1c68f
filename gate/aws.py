"""AWS as the gate asks it: boto3, with one line for whatever stands in the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gate.report import CannotLook, one_line

if TYPE_CHECKING:
    import boto3

WHAT_TO_DO = {
    "AccessDenied": "ask for the permission it names",
    "AccessDeniedException": "ask for the permission it names",
    "ExpiredToken": "log in again",
    "ExpiredTokenException": "log in again",
    "RequestExpired": "log in again",
    "UnrecognizedClientException": "log in again",
    "InvalidClientTokenId": "log in again",
    "ThrottlingException": "wait a minute, run it again",
    "ThrottledException": "wait a minute, run it again",
    "Throttling": "wait a minute, run it again",
    "TooManyRequestsException": "wait a minute, run it again",
    "PreconditionFailedException": "somebody changed it meanwhile: run it again",
    "ResourceNotFoundException": "it is gone: deploy the stage again, or say another --region",
    "DeploymentLimitExceededException": "another deployment runs: run it again after it",
}
GONE = frozenset(
    {
        "ResourceNotFoundException",
        "ResourceNotFound",
        "ProvisionedConcurrencyConfigNotFoundException",
    }
)


class Missing(CannotLook):
    """The thing asked for does not exist."""


def session(region: str | None = None, role: str | None = None) -> boto3.Session:
    """A session with the credentials of the environment, or as the `role` that they may assume.

    Raises:
        CannotLook: boto3 is not installed, no such profile, no region is said anywhere, or the
            role may not be assumed.
    """
    try:
        import boto3  # noqa: PLC0415 - the other checks need the standard library alone
    except ModuleNotFoundError as exc:
        raise CannotLook("boto3 is not installed; install the extra `aws`") from exc
    with asking("credentials"):
        found = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
    if not found.region_name:
        raise CannotLook("no region is set; say --region, or set AWS_REGION")
    return _assumed(found, role) if role else found


def _assumed(found: boto3.Session, role: str) -> boto3.Session:
    """A session as a role; it lasts an hour, longer than any check."""
    with asking(f"role {role}"):
        given = found.client("sts").assume_role(RoleArn=role, RoleSessionName="gate")
    keys = given["Credentials"]
    return type(found)(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=found.region_name,
    )


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn whatever AWS or the way to it refuses into CannotLook, naming `what` was asked."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        yield
    except ClientError as exc:
        code = code_of(exc)
        todo = WHAT_TO_DO.get(code, "see the message")
        kind = Missing if code in GONE else CannotLook
        raise kind(f"{what}: {one_line(str(exc))}; {todo}") from exc
    except BotoCoreError as exc:
        raise CannotLook(
            f"{what}: {one_line(str(exc))}; check credentials, region and network"
        ) from exc


def code_of(exc: Exception) -> str:
    """AWS's own name for what a ClientError is about; "" of any other exception."""
    return str(getattr(exc, "response", {}).get("Error", {}).get("Code", ""))


def is_missing(exc: Exception) -> bool:
    """Whether a ClientError says that the thing asked for does not exist."""
    return code_of(exc) in {"ResourceNotFoundException", "ValidationError"}
