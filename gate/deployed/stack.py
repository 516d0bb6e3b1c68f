"""A stack of the assembly beside what CloudFormation knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate import aws
from gate.assembly import Resource, Stack
from gate.report import CannotLook, Finding

if TYPE_CHECKING:
    import boto3

FIX_DRIFT = "deploy the stage again; find out who changed it by hand"


@dataclass(frozen=True)
class Deployed:
    """A stack of the assembly beside what CloudFormation knows of it; `status` None: nothing."""

    stack: Stack
    status: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    physical: Mapping[str, str] = field(default_factory=dict)

    def physical_id(self, resource: Resource, member: str) -> str:
        """The physical id behind a property: of what a Ref or GetAtt names, a literal is itself.

        Empty where the property is left out or is another stack's.
        """
        value = resource.properties.get(member, "")
        if isinstance(value, str):
            return value
        logical_id = value.get("Ref") or (value.get("Fn::GetAtt") or [""])[0]
        return self.physical.get(logical_id, "")


# A look yields findings, and notes (plain text) of what is right.
Said = Finding | str
Look = Callable[[Deployed, "boto3.Session"], Iterator[Said]]


def differs(message: str) -> Finding:
    """Something that is deployed is not as the template says."""
    return Finding("verify.differs", message, fix=FIX_DRIFT)


def look_up(stack: Stack, session: boto3.Session) -> Deployed:
    """Ask CloudFormation for a stack; raises CannotLook when it cannot be asked."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the extra `aws`

    cloudformation = session.client("cloudformation")
    with aws.asking(f"stack {stack.name}"):
        try:
            found = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
        except ClientError as exc:
            if aws.is_missing(exc):
                return Deployed(stack)
            raise
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
        physical = {
            row["LogicalResourceId"]: row.get("PhysicalResourceId", "")
            for page in pages
            for row in page["StackResourceSummaries"]
        }
    outputs = {row["OutputKey"]: row["OutputValue"] for row in found.get("Outputs", [])}
    return Deployed(stack, found["StackStatus"], outputs, physical)


def settled(deployed: Sequence[Deployed], session: boto3.Session) -> None:
    """Raises CannotLook where nothing is deployed at all, or a stack is not at rest."""
    if not any(one.status for one in deployed):
        names = ", ".join(one.stack.name for one in deployed)
        raise CannotLook(
            f"{names} is not deployed in {session.region_name}; deploy the stage, or say another "
            "--region"
        )
    for one in deployed:
        if one.status and one.status.endswith("_IN_PROGRESS"):
            raise CannotLook(f"{one.stack.name} is {one.status}; run it again when it has ended")


def look(one: Deployed, _session: boto3.Session) -> Iterator[Said]:
    """Whether the last deployment of the stack ended well."""
    status = str(one.status)
    if status.endswith("_COMPLETE") and "ROLLBACK" not in status and status != "DELETE_COMPLETE":
        yield f"{one.stack.name}: {status}"
    else:
        yield Finding("verify.stack.status", f"{one.stack.name} is {status}", fix="deploy it again")
