"""The alias of a stage that has the traffic, found in AWS alone: no assembly is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gate import aws
from gate.assembly import ALIAS, is_of_stage
from gate.deployed.codedeploy import Group
from gate.report import CannotLook

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True)
class Live:
    """An alias: where it points, who owns it, and what moves it.

    `weights` are the shares of other versions; `revision` is Lambda's mark of this state;
    `group` the CodeDeploy deployment group, None where the alias is moved directly.
    """

    stack: str
    status: str
    function: str
    alias: str
    version: str
    revision: str
    description: str
    weights: Mapping[str, float]
    group: Group | None

    def __str__(self) -> str:
        return f"{self.function}:{self.alias}"


def find(session: boto3.Session, stage: str, *, stack: str | None, alias: str) -> Live:
    """The alias `alias` in the stacks of a stage, or in `stack`.

    Raises:
        CannotLook: no such stack or alias, several of them, or no way to AWS.
    """
    stacks = _stacks(session, stage, stack)
    found = [(name, arn) for name in stacks for arn in _aliases(session, name, alias)]
    if len(found) != 1:
        named = ", ".join(arn.split(":function:")[-1] for _, arn in found) or "none"
        searched = ", ".join(f"{name} ({status})" for name, status in stacks.items())
        raise CannotLook(
            f"looked for one alias {alias} in {searched}, found {named}; say --stack or --alias, "
            "or deploy the stage again"
        )
    name, arn = found[0]
    function = arn.split(":")[-2]
    actual = _alias(session, function, alias)
    return Live(
        stack=name,
        status=stacks[name],
        function=function,
        alias=alias,
        version=actual["FunctionVersion"],
        revision=actual["RevisionId"],
        description=actual.get("Description", ""),
        weights=actual.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
        group=_group(session, name, arn),
    )


def _stacks(session: boto3.Session, stage: str, stack: str | None) -> dict[str, str]:
    """Name and status of each stack of the stage."""
    with aws.asking("the stacks"):
        pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
        found = {
            one["StackName"]: str(one["StackStatus"])
            for page in pages
            for one in page["Stacks"]
            if one["StackStatus"] != "DELETE_COMPLETE"
        }
    chosen = {
        name: status
        for name, status in found.items()
        if name == stack or (stack is None and is_of_stage(name, stage))
    }
    if not chosen:
        raise CannotLook(
            f"no stack {stack or f'of stage {stage}'} in {session.region_name}; another region "
            "(--region) or other credentials, perhaps"
        )
    return chosen


def _aliases(session: boto3.Session, stack: str, alias: str) -> list[str]:
    return [
        arn
        for row in _resources(session, stack)
        if row["ResourceType"] == ALIAS
        and (arn := row.get("PhysicalResourceId", "")).endswith(f":{alias}")
    ]


def _resources(session: boto3.Session, stack: str) -> list[Any]:
    with aws.asking(f"the resources of {stack}"):
        listing = session.client("cloudformation").get_paginator("list_stack_resources")
        return [
            row
            for page in listing.paginate(StackName=stack)
            for row in page["StackResourceSummaries"]
        ]


def _alias(session: boto3.Session, function: str, alias: str) -> Any:
    try:
        with aws.asking(f"alias {function}:{alias}"):
            return session.client("lambda").get_alias(FunctionName=function, Name=alias)
    except aws.Missing as exc:
        raise CannotLook(
            f"alias {function}:{alias} is gone, though its stack has it; deploy the stage again"
        ) from exc


def _group(session: boto3.Session, stack: str, arn: str) -> Group | None:
    """The deployment group that CloudFormation itself moves this alias by."""
    with aws.asking(f"the template of {stack}"):
        answer = session.client("cloudformation").get_template(
            StackName=stack, TemplateStage="Processed"
        )
    body: Any = answer["TemplateBody"]
    try:
        template = body if isinstance(body, Mapping) else json.loads(body)
    except ValueError as exc:
        raise CannotLook(f"the template of {stack} is not JSON; say which by --stack") from exc
    physical = {
        row["LogicalResourceId"]: row.get("PhysicalResourceId", "")
        for row in _resources(session, stack)
    }
    logical = next(name for name, value in physical.items() if value == arn)
    policy = template["Resources"].get(logical, {}).get("UpdatePolicy", {})
    by = policy.get("CodeDeployLambdaAliasUpdate")
    if by is None:
        return None
    return Group(
        *(
            _named(by[member], physical, f"{stack}: {member} of {logical}")
            for member in ("ApplicationName", "DeploymentGroupName")
        )
    )


def _named(value: Any, physical: Mapping[str, str], where: str) -> str:
    name = value if isinstance(value, str) else physical.get(value.get("Ref", ""), "")
    if not name:
        raise CannotLook(f"{where}: neither a name nor a resource of the stack")
    return str(name)
