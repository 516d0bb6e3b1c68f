"""What is attached to a function and belongs to no stack: drift detection never looks for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gate import assembly, aws
from gate.deployed.stack import Deployed, Said
from gate.report import Finding

if TYPE_CHECKING:
    import boto3

# The names of what is attached to the function that the client is asked about.
List = Callable[[Any, str], Iterator[str]]


@dataclass(frozen=True)
class Attachment:
    """One kind: what it is called, its type in a template, how it is listed.

    Where `named` is False the listed names are not the physical ids of a stack, so that
    nothing is claimed of a stage that has resources of this type. Of resources that only may
    have such a thing, `declared` is the property with which one does.
    """

    name: str
    type: str
    listed: List
    named: bool = True
    declared: str = ""


def _pages(operation: str, member: str, key: str) -> List:
    def listed(client: Any, function: str) -> Iterator[str]:
        for page in client.get_paginator(operation).paginate(FunctionName=function):
            yield from (row[key] for row in page[member])

    return listed


def _aliases(client: Any, function: str) -> Iterator[str]:
    return _pages("list_aliases", "Aliases", "AliasArn")(client, function)


def _statements(client: Any, function: str) -> Iterator[str]:
    """Statements of the resource policies of the function and of each of its aliases."""
    yield from _policy(client, function, {})
    for arn in _aliases(client, function):
        yield from _policy(client, function, {"Qualifier": arn.rpartition(":")[2]})


def _policy(client: Any, function: str, qualifier: dict[str, str]) -> Iterator[str]:
    try:
        with aws.asking(f"policy of {function}"):
            answer = client.get_policy(FunctionName=function, **qualifier)
    except aws.Missing:
        return  # no policy at all
    yield from (row.get("Sid", "(unnamed)") for row in json.loads(answer["Policy"])["Statement"])


def _provisioned_versions(client: Any, function: str) -> Iterator[str]:
    """Versions with instances that wait; those of aliases are looked at with the alias."""
    listed = _pages(
        "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs", "FunctionArn"
    )
    yield from (arn for arn in listed(client, function) if arn.rpartition(":")[2].isdecimal())


ATTACHMENTS = (
    Attachment("alias", assembly.ALIAS, _aliases),
    Attachment("policy statement", "AWS::Lambda::Permission", _statements),
    Attachment(
        "event source mapping",
        "AWS::Lambda::EventSourceMapping",
        _pages("list_event_source_mappings", "EventSourceMappings", "UUID"),
    ),
    Attachment(
        "function URL",
        "AWS::Lambda::Url",
        _pages("list_function_url_configs", "FunctionUrlConfigs", "FunctionArn"),
        named=False,
    ),
    Attachment(
        "asynchronous invocation setting",
        "AWS::Lambda::EventInvokeConfig",
        _pages("list_function_event_invoke_configs", "FunctionEventInvokeConfigs", "FunctionArn"),
        named=False,
    ),
    Attachment(
        "provisioned concurrency",
        "AWS::Lambda::Version",
        _provisioned_versions,
        declared="ProvisionedConcurrencyConfig",
    ),
)


def look(one: Deployed, session: boto3.Session, stage: Sequence[Deployed]) -> Iterator[Said]:
    """Name what is attached to the functions of `one` and belongs to no stack of the stage."""
    client = session.client("lambda")
    for resource in one.stack.of_type(assembly.FUNCTION):
        function = one.physical.get(resource.logical_id, "")
        for kind in ATTACHMENTS:
            try:
                with aws.asking(f"each {kind.name} of {function}"):
                    found = list(dict.fromkeys(kind.listed(client, function)))
            except aws.Missing:
                break  # the function is gone, which another look says
            yield from _strangers(function, kind, found, stage)


def _strangers(
    function: str, kind: Attachment, found: Sequence[str], stage: Sequence[Deployed]
) -> Iterator[Finding]:
    ours = {
        one.physical.get(resource.logical_id, "")
        for one in stage
        for resource in one.stack.of_type(kind.type)
        if not kind.declared or kind.declared in resource.properties
    }
    if ours and not kind.named:
        return
    # An identifier of two parts is joined by a bar.
    names = ours | {name.rpartition("|")[2] for name in ours}
    for name in found:
        if name not in names:
            yield Finding(
                "drift.attached",
                f"{function}: {kind.name} {name} belongs to no stack of the stage",
                fix="remove it, or put it into the stack; find out who made it",
            )
