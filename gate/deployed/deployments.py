"""The last deployment of each CodeDeploy group ended well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gate import assembly
from gate.deployed import codedeploy
from gate.deployed.codedeploy import Group
from gate.deployed.stack import Deployed, Said
from gate.report import CannotLook, Finding

if TYPE_CHECKING:
    import boto3


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Look at the newest deployment of each group; raises CannotLook while one is under way."""
    for resource in one.stack.of_type(assembly.DEPLOYMENT_GROUP):
        application = one.physical_id(resource, "ApplicationName")
        group = Group(application, one.physical.get(resource.logical_id, ""))
        last = next(iter(codedeploy.deployments(session, group)), None)
        if last is None:
            yield f"{group}: no deployment yet"
        elif last.status == codedeploy.SUCCEEDED:
            yield f"{group}: deployment {last.id} succeeded"
        elif last.status in codedeploy.RUNNING:
            raise CannotLook(
                f"{group}: deployment {last.id} is {last.status}; run it again when it has ended"
            )
        else:
            because = f": {last.reason}" if last.reason else ""
            yield Finding(
                "verify.deployment.failed",
                f"{group}: deployment {last.id} is {last.status}{because}",
                fix="see what its hook or alarm said; release again",
            )
