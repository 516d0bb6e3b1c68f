"""Each log group is there, with the retention and the key of the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gate import assembly, aws
from gate.assembly import Resource
from gate.deployed.stack import Deployed, Said, differs
from gate.report import Finding

if TYPE_CHECKING:
    import boto3


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Compare retention (days) and key of each log group."""
    groups = list(one.stack.of_type(assembly.LOG_GROUP))
    for resource in groups:
        name = one.physical.get(resource.logical_id, "")
        actual = describe(session, name)
        if actual is None:
            yield differs(f"log group {name or resource.logical_id} is gone")
        else:
            yield from _differences(one, resource, actual)
    if groups:
        yield f"{one.stack.name}: {len(groups)} log groups"


def describe(session: boto3.Session, name: str) -> Any | None:
    """A log group as CloudWatch describes it; None when there is none."""
    with aws.asking(f"log group {name}"):
        pages = session.client("logs").get_paginator("describe_log_groups")
        return next(
            (
                group
                for page in pages.paginate(logGroupNamePrefix=name)
                for group in page["logGroups"]
                if group["logGroupName"] == name
            ),
            None,
        )


def _differences(one: Deployed, resource: Resource, actual: Mapping[str, Any]) -> Iterator[Finding]:
    name = actual["logGroupName"]
    declared, deployed = resource.properties.get("RetentionInDays"), actual.get("retentionInDays")
    if not isinstance(declared, Mapping) and declared != deployed:
        yield differs(
            f"log group {name}: kept for {_days(deployed)}, the template says {_days(declared)}"
        )
    key = actual.get("kmsKeyId", "")
    # A key of another stack is known here by being there alone.
    expected = one.physical_id(resource, "KmsKeyId").rpartition("/")[2]
    if ("KmsKeyId" in resource.properties) != bool(key) or not key.endswith(expected):
        yield differs(f"log group {name}: its key is {key or 'none'}, not the template's")


def _days(days: object) -> str:
    return f"{days} days" if days else "ever"
