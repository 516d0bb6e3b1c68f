"""AWS, as the pre-traffic hook asks it where nothing is deployed: three clients' few calls.

Lambda answers for the one version that the emulator runs. CodeDeploy has no emulator: what it says
of a deployment stands here, and it takes every report.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.response import StreamingBody

from gate.assembly import ImageFunction
from gate.rie import Rie
from local.release.codedeploy import Deployment, app_spec

CURRENT, TARGET = "1", "2"


@dataclass(frozen=True)
class CodeDeploy:
    """The two calls that a hook makes."""

    function: str

    def get_deployment(self, *, deploymentId: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's
        """The deployment of version 2 after version 1."""
        content = app_spec(self.function, alias="live", current=CURRENT, target=TARGET)
        return {"deploymentInfo": Deployment(deploymentId, content).described()}

    def put_lifecycle_event_hook_execution_status(self, **_report: str) -> Mapping[str, Any]:
        """Take the report."""
        return {}


@dataclass(frozen=True)
class Functions:
    """Lambda, for the one version that the emulator runs."""

    rie: Rie
    declared: ImageFunction

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803, ARG002 - boto3's
        """Call the version."""
        payload = self.rie.invoke(json.loads(Payload)).payload
        return {"Payload": StreamingBody(io.BytesIO(payload), len(payload))}

    def get_function(self, **_which: str) -> Mapping[str, Any]:
        """Describe it: as declared, since nobody can change a published version."""
        image = {
            "Command": list(self.declared.command),
            "EntryPoint": list(self.declared.entry_point),
            "WorkingDirectory": self.declared.working_directory,
        }
        return {
            "Configuration": {"ImageConfigResponse": {"ImageConfig": image}},
            "Code": {"ImageUri": joined(self.declared.image_uri)},
        }


class Context:
    """All the time that Lambda gives the hook."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds."""
        return 600_000


def joined(value: Any) -> str:
    """A text of a template, with names in place of what only AWS knows."""
    if isinstance(value, str):
        return value
    kind, argument = next(iter(value.items()))
    return "".join(map(joined, argument[1])) if kind == "Fn::Join" else f"${{{argument}}}"
