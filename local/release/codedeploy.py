"""What stands in CodeDeploy's place: the emulator has none.

It speaks CodeDeploy's protocol (AWS JSON 1.1) as far as the traffic hooks and `gate rollback` ask
it, so that both run as they are; boto3 is pointed at it by AWS_ENDPOINT_URL_CODEDEPLOY. It decides
nothing: whether a deployment goes on is what the hook reported, and traffic moves at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.serving import Handler, serving

Json = dict[str, Any]
Move = Callable[[str], None]  # gives all traffic of the alias to a version


def app_spec(function: str, *, alias: str, current: str, target: str) -> str:
    """What CloudFormation tells CodeDeploy: which alias goes from which version to which."""
    properties = {
        "Name": function,
        "Alias": alias,
        "CurrentVersion": current,
        "TargetVersion": target,
    }
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    return json.dumps({"version": 0.0, "Resources": [{alias: resource}]})


@dataclass
class Deployment:
    """A deployment: its AppSpec, how far it is, and what each of its hooks reported."""

    id: str
    content: str
    created: float = field(default_factory=time.time)
    status: str = "InProgress"
    reported: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The version that is to get the traffic."""
        (resource,) = json.loads(self.content)["Resources"][0].values()
        return str(resource["Properties"]["TargetVersion"])

    def described(self) -> Json:
        """As CodeDeploy describes it."""
        return {
            "deploymentId": self.id,
            "status": self.status,
            "createTime": self.created,
            "revision": {
                "revisionType": "AppSpecContent",
                "appSpecContent": {"content": self.content},
            },
        }


class CodeDeploy:
    """The deployments of one group."""

    def __init__(self, move: Move) -> None:
        self._move = move
        self._deployments: dict[str, Deployment] = {}

    def begin(self, content: str) -> Deployment:
        """A new deployment, which waits for its hook."""
        number = len(self._deployments) + 1
        self._deployments[f"d-{number}"] = one = Deployment(f"d-{number}", content)
        return one

    def go_on(self, one: Deployment, hook: str) -> bool:
        """Take what a hook reported; anything but Succeeded, silence too, ends the deployment."""
        if one.reported.get(hook) == "Succeeded":
            return True
        one.status = "Failed"
        return False

    def shift(self, one: Deployment) -> None:
        """Give the traffic to its target."""
        self._move(one.target)

    def answer(self, operation: str, asked: Mapping[str, Any]) -> Json:
        """Answer one request; raises KeyError for what CodeDeploy has and this has not."""
        return self._OPERATIONS[operation](self, asked)

    def _get(self, asked: Mapping[str, Any]) -> Json:
        return {"deploymentInfo": self._deployments[asked["deploymentId"]].described()}

    def _list(self, _asked: Mapping[str, Any]) -> Json:
        return {"deployments": list(self._deployments)}

    def _describe(self, asked: Mapping[str, Any]) -> Json:
        found = [self._deployments[one].described() for one in asked["deploymentIds"]]
        return {"deploymentsInfo": found}

    def _report(self, asked: Mapping[str, Any]) -> Json:
        execution = asked["lifecycleEventHookExecutionId"]
        self._deployments[asked["deploymentId"]].reported[execution] = asked["status"]
        return {"lifecycleEventHookExecutionId": execution}

    def _create(self, asked: Mapping[str, Any]) -> Json:
        """A deployment by hand: `gate rollback` names no hooks, so the traffic moves."""
        one = self.begin(asked["revision"]["appSpecContent"]["content"])
        self.shift(one)
        one.status = "Succeeded"
        return {"deploymentId": one.id}

    _OPERATIONS: Mapping[str, Callable[[CodeDeploy, Mapping[str, Any]], Json]] = {
        "GetDeployment": _get,
        "ListDeployments": _list,
        "BatchGetDeployments": _describe,
        "PutLifecycleEventHookExecutionStatus": _report,
        "CreateDeployment": _create,
    }


class _Handler(Handler):
    content_type = "application/x-amz-json-1.1"
    codedeploy: CodeDeploy

    def post(self, asked: bytes) -> None:
        """Answer one request of boto3."""
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        try:
            status, said = 200, self.codedeploy.answer(operation, json.loads(asked or b"{}"))
        except KeyError as exc:
            status = 400
            said = {"__type": "InvalidInputException", "message": f"not here: {exc}"}
        self.answer(status, json.dumps(said).encode())


@contextmanager
def codedeploy(move: Move) -> Iterator[tuple[str, CodeDeploy]]:
    """Serve it on a free loopback port; yields the URL and the deployments."""
    served = CodeDeploy(move)
    with serving(_Handler, codedeploy=served) as url:
        yield url, served
