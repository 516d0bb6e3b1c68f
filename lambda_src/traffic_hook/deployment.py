"""What a deployment is about: CodeDeploy tells a hook an id, and no version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .failed import Failed

FUNCTION = "AWS::Lambda::Function"
# Where the AppSpec is, by the revision's type; the first is the older name of the second.
CONTENTS = {"String": "string", "AppSpecContent": "appSpecContent"}


class CodeDeploy(Protocol):
    """The part of CodeDeploy's client that is used."""

    # The names are boto3's.
    def get_deployment(self, *, deploymentId: str) -> Mapping[str, Any]:  # noqa: N803
        """Describe a deployment."""

    def put_lifecycle_event_hook_execution_status(
        self,
        *,
        deploymentId: str,  # noqa: N803
        lifecycleEventHookExecutionId: str,  # noqa: N803
        status: str,
    ) -> object:
        """Report how a hook ended."""


@dataclass(frozen=True)
class Shift:
    """Traffic of a function's alias, from one version to another."""

    function: str
    alias: str
    current: str
    target: str

    @property
    def goes_back(self) -> bool:
        """Whether it goes to an older version: a rollback, by whomever."""
        return int(self.target) < int(self.current)


def shift_of(client: CodeDeploy, deployment: str) -> Shift:
    """Ask CodeDeploy what a deployment shifts.

    Raises:
        Failed: it is not the shift of one function between two versions.
    """
    revision = client.get_deployment(deploymentId=deployment)["deploymentInfo"].get("revision", {})
    kind = revision.get("revisionType")
    if kind not in CONTENTS:
        raise Failed(f"deployment {deployment}: its revision is {kind}, not an AppSpec")
    return _read(deployment, revision.get(CONTENTS[kind], {}).get("content", ""))


def _read(deployment: str, text: str) -> Shift:
    try:
        resources = json.loads(text)["Resources"]
        # A list of objects in the reference, an object in some of its examples.
        groups = resources if isinstance(resources, list) else [resources]
        (named,) = [resource for group in groups for resource in group.values()]
        if named["Type"] != FUNCTION:
            raise Failed(f"deployment {deployment}: {named['Type']} is not {FUNCTION}")
        told = named["Properties"]
        shift = Shift(
            *(str(told[name]) for name in ("Name", "Alias", "CurrentVersion", "TargetVersion"))
        )
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise Failed(
            f"deployment {deployment}: its AppSpec is not the JSON of one function "
            f"({type(exc).__name__}); deploy with CloudFormation or `gate rollback`"
        ) from exc
    if not (shift.current.isdecimal() and shift.target.isdecimal()):
        raise Failed(
            f"deployment {deployment}: shifts from {shift.current!r} to {shift.target!r}; "
            "both must be numbers of published versions"
        )
    return shift
