"""CodeDeploy's deployments of a Lambda alias: what they did, which one runs, a new one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gate import aws

if TYPE_CHECKING:
    import boto3

RUNNING = frozenset({"Created", "Queued", "InProgress", "Baking", "Ready"})
SUCCEEDED = "Succeeded"
AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
REMEMBERED = 100  # deployments that are looked at, the newest first
BATCH = 25  # what BatchGetDeployments takes
# The AppSpec is JSON or YAML, whoever wrote it; only these two of its members are asked for.
VERSION = r'{}["\']?\s*:\s*["\']?(\d+)'


@dataclass(frozen=True)
class Group:
    """A deployment group."""

    application: str
    name: str

    def __str__(self) -> str:
        return f"{self.application}/{self.name}"


@dataclass(frozen=True)
class Deployment:
    """One deployment: from version `current` to `target` (empty where its AppSpec says none)."""

    id: str
    status: str
    created: datetime
    current: str = ""
    target: str = ""
    reason: str = ""

    @property
    def goes_back(self) -> bool:
        """Whether it left a version for an older one."""
        return bool(self.current and self.target) and int(self.target) < int(self.current)


def deployments(session: boto3.Session, group: Group) -> tuple[Deployment, ...]:
    """The deployments of a group, the newest first."""
    client = session.client("codedeploy")
    with aws.asking(f"deployments of {group}"):
        pages = client.get_paginator("list_deployments").paginate(
            applicationName=group.application, deploymentGroupName=group.name
        )
        ids = [one for page in pages for one in page["deployments"]][:REMEMBERED]
        found = [
            _deployment(info)
            for batch in _batches(ids)
            for info in client.batch_get_deployments(deploymentIds=batch)["deploymentsInfo"]
        ]
    return tuple(sorted(found, key=lambda one: one.created, reverse=True))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _deployment(info: Any) -> Deployment:
    revision = info.get("revision", {})
    spec = revision.get("appSpecContent") or revision.get("string") or {}
    return Deployment(
        id=info["deploymentId"],
        status=info["status"],
        created=info["createTime"],
        current=_version("CurrentVersion", spec.get("content", "")),
        target=_version("TargetVersion", spec.get("content", "")),
        reason=_reason(info),
    )


def _version(member: str, content: str) -> str:
    found = re.search(VERSION.format(member), content)
    return found.group(1) if found else ""


def _reason(info: Any) -> str:
    """Why it did not go well, in CodeDeploy's words."""
    said = (
        info.get("errorInformation", {}).get("message"),
        info.get("rollbackInfo", {}).get("rollbackMessage"),
    )
    return "; ".join(one for one in said if one)


def look_at(session: boto3.Session, identifier: str) -> Deployment:
    """One deployment, as it is now."""
    with aws.asking(f"deployment {identifier}"):
        info = session.client("codedeploy").get_deployment(deploymentId=identifier)
    return _deployment(info["deploymentInfo"])


def start(
    session: boto3.Session, group: Group, *, function: str, alias: str, current: str, target: str
) -> str:
    """Begin to move all traffic from `current` back to `target`; return the deployment's id."""
    properties = {
        "Name": function,
        "Alias": alias,
        "CurrentVersion": current,
        "TargetVersion": target,
    }
    # No hooks: they hold a version against the newest template, and this one passed its own.
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    content = json.dumps({"version": 0.0, "Resources": [{alias: resource}]})
    with aws.asking(f"a deployment of {group}"):
        answer = session.client("codedeploy").create_deployment(
            applicationName=group.application,
            deploymentGroupName=group.name,
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
            # At once, whatever the group's own steps: what is left is known to be bad.
            deploymentConfigName=AT_ONCE,
            description=f"gate rollback: from version {current} back to {target}",
            # The alarms are red for the version that is left: they would stop the way back.
            overrideAlarmConfiguration={"enabled": False},
        )
    return str(answer["deploymentId"])
