"""What was deployed last, asked of Lambda and ECR; what cannot be asked is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lambda_src.alarm_message.releases import Clients, ago, last
from tests.alarm_message.told import DIGEST, NOW

IMAGE = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/credmate-prod-backend@{DIGEST}"


class Aws:
    """Real clients whose answers are given."""

    def __init__(self) -> None:
        session = boto3.Session("t", "t", region_name="us-east-1")
        functions, images = session.client("lambda"), session.client("ecr")
        self.functions, self.images = Stubber(functions), Stubber(images)
        self.clients = Clients(functions=functions, images=images)

    def has(self, *, weights: dict[str, float] | None = None, image: str = IMAGE) -> None:
        alias: dict[str, Any] = {"FunctionVersion": "42", "Name": "live"}
        if weights:
            alias["RoutingConfig"] = {"AdditionalVersionWeights": weights}
        wanted = {"FunctionName": "backend", "Name": "live"}
        self.functions.add_response("get_alias", alias, wanted)
        found = {
            "Configuration": {"LastModified": "2026-11-25T02:57:00.000+0000"},
            "Code": {"ImageUri": image, "ResolvedImageUri": image},
        }
        of_version = {"FunctionName": "backend", "Qualifier": "42"}
        self.functions.add_response("get_function", found, of_version)

    def said(self) -> str:
        return last(self.clients, "backend", "live", NOW)


@pytest.fixture
def aws() -> Iterator[Aws]:
    aws = Aws()
    with aws.functions, aws.images:
        yield aws


def test_version_digest_commit_and_age(aws: Aws) -> None:
    aws.has()
    aws.images.add_response("describe_images", {"imageDetails": [{"imageTags": ["1a2b3c4"]}]})
    assert aws.said() == f"version 42, {DIGEST}, commit 1a2b3c4, published 7 min ago"


def test_a_shift_under_way_is_said(aws: Aws) -> None:
    aws.has(weights={"43": 0.1})
    aws.images.add_response("describe_images", {"imageDetails": [{"imageTags": ["1a2b3c4"]}]})
    assert aws.said().endswith(", and 10% to version 43")


def test_an_image_without_a_tag_has_no_known_commit(aws: Aws) -> None:
    aws.has()
    aws.images.add_response("describe_images", {"imageDetails": [{}]})
    assert "commit unknown (the image has no tag)" in aws.said()


def test_a_registry_that_refuses_hides_no_version(aws: Aws) -> None:
    aws.has()
    aws.images.add_client_error("describe_images", "AccessDeniedException")
    assert aws.said().startswith(f"version 42, {DIGEST}, commit unknown (AccessDeniedException)")


def test_an_image_that_is_named_otherwise_is_unknown(aws: Aws) -> None:
    aws.has(image="somewhere/backend:latest")
    assert aws.said() == "version 42, image unknown, published 7 min ago"


def test_a_function_that_cannot_be_asked_is_said(aws: Aws) -> None:
    aws.functions.add_client_error("get_alias", "ResourceNotFoundException")
    assert aws.said() == "unknown: ResourceNotFoundException"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(-3, "0 min"), (119, "119 min"), (120, "2 h"), (2879, "47 h"), (2880, "2 days")],
)
def test_ages_are_said_as_people_say_them(minutes: int, said: str) -> None:
    assert (
        ago(
            datetime(2026, 1, 1, tzinfo=UTC) - timedelta(minutes=minutes),
            datetime(2026, 1, 1, tzinfo=UTC),
        )
        == f"{said} ago"
    )
