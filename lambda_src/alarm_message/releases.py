"""What was deployed last: the version that has the traffic, its image, its commit, its age."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Short: the message must not wait for what is only useful.
CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
IMAGE = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.[^/]+/(?P<repository>[^@:]+)@(?P<digest>sha256:[0-9a-f]{64})$"
)


class Lambda(Protocol):
    """The part of Lambda's client that is used."""

    # The names are boto3's.
    def get_alias(self, *, FunctionName: str, Name: str) -> Mapping[str, Any]:  # noqa: N803
        """An alias."""

    def get_function(self, *, FunctionName: str, Qualifier: str) -> Mapping[str, Any]:  # noqa: N803
        """A version of a function."""


class Images(Protocol):
    """The part of ECR's client that is used."""

    # The names are boto3's.
    def describe_images(
        self,
        *,
        registryId: str,  # noqa: N803
        repositoryName: str,  # noqa: N803
        imageIds: Any,  # noqa: N803
    ) -> Mapping[str, Any]:
        """Images of a repository."""


@dataclass(frozen=True)
class Clients:
    """Lambda and ECR."""

    functions: Lambda
    images: Images


def connect() -> Clients:
    """The clients of the function's own account and region."""
    return Clients(
        functions=boto3.client("lambda", config=CONFIG), images=boto3.client("ecr", config=CONFIG)
    )


def last(aws: Clients, function: str, alias: str, now: datetime) -> str:
    """One line on what has the traffic; what cannot be asked is said."""
    try:
        pointer = aws.functions.get_alias(FunctionName=function, Name=alias)
        version = str(pointer["FunctionVersion"])
        found = aws.functions.get_function(FunctionName=function, Qualifier=version)
        said = [f"version {version}", *_image(aws, found["Code"]), _age(found, now)]
        weights = pointer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        said += [f"and {share:.0%} to version {other}" for other, share in weights.items()]
        return ", ".join(said)
    except (BotoCoreError, ClientError, KeyError, ValueError, TypeError) as exc:
        return f"unknown: {_why(exc)}"


def _image(aws: Clients, code: Mapping[str, Any]) -> list[str]:
    """The digest, and the tags that the image has: the build tags it with its commit."""
    match = IMAGE.match(str(code.get("ResolvedImageUri") or code.get("ImageUri", "")))
    if not match:
        return ["image unknown"]
    digest = match["digest"]
    return [digest, f"commit {_commit(aws, match)}"]


def _commit(aws: Clients, image: re.Match[str]) -> str:
    try:
        found = aws.images.describe_images(
            registryId=image["account"],
            repositoryName=image["repository"],
            imageIds=[{"imageDigest": image["digest"]}],
        )["imageDetails"]
    except (BotoCoreError, ClientError, KeyError) as exc:
        return f"unknown ({_why(exc)})"
    tags = " ".join(tag for each in found for tag in each.get("imageTags", ()))
    return tags or "unknown (the image has no tag)"


def _age(found: Mapping[str, Any], now: datetime) -> str:
    # Lambda writes +0000, which is ISO 8601 too.
    published = datetime.fromisoformat(found["Configuration"]["LastModified"]).astimezone(UTC)
    return f"published {ago(published, now)}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, as people say it."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    if minutes < 2 * 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 2 * 24 * 60 else f"{minutes // (24 * 60)} days ago"


def _why(exc: Exception) -> str:
    if isinstance(exc, ClientError):
        return str(exc.response.get("Error", {}).get("Code", "refused"))
    return type(exc).__name__
