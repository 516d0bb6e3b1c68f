"""CloudFormation's own drift detection: what the template says, and what is otherwise by now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gate import aws
from gate.deployed.stack import Deployed, Said
from gate.report import CannotLook, Finding

if TYPE_CHECKING:
    import boto3

POLL_SECONDS, WAIT_SECONDS = 2.0, 600.0
RUNS, DONE = "DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"
DRIFTED: Any = ("MODIFIED", "DELETED", "UNKNOWN")
FIX = "deploy the stage again, or put the change into the stack; find out who made it"
# Values below these are never shown: they may be what nobody should read.
HIDDEN = ("environment", "password", "secret", "token", "variables")


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Detect, wait, and name every difference.

    Raises:
        CannotLook: CloudFormation cannot detect (a deployment runs, say), or did not wholly.
    """
    _detect(one.stack.name, session)
    drifts = list(_drifts(one.stack.name, session))
    for drift in drifts:
        yield from _said(one.stack.name, drift)
    if not drifts:
        yield f"{one.stack.name}: CloudFormation sees no drift"


def _detect(stack: str, session: boto3.Session) -> None:
    client = session.client("cloudformation")
    deadline = time.monotonic() + WAIT_SECONDS
    with aws.asking(f"drift of {stack}"):
        detection = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    while True:
        with aws.asking(f"drift of {stack}"):
            answer = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if answer["DetectionStatus"] != RUNS:
            break
        if time.monotonic() > deadline:
            raise CannotLook(f"drift of {stack}: no answer in {WAIT_SECONDS:.0f} s; run it again")
        time.sleep(POLL_SECONDS)
    if answer["DetectionStatus"] != DONE:
        reason = answer.get("DetectionStatusReason", "no reason given")
        raise CannotLook(f"drift of {stack}: {answer['DetectionStatus']}: {reason}")


def _drifts(stack: str, session: boto3.Session) -> Iterator[Any]:
    client = session.client("cloudformation")
    more: dict[str, Any] = {}
    while True:
        with aws.asking(f"drift of {stack}"):
            page: Any = client.describe_stack_resource_drifts(
                StackName=stack, StackResourceDriftStatusFilters=DRIFTED, **more
            )
        yield from page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _said(stack: str, drift: Any) -> Iterator[Said]:
    name = drift.get("PhysicalResourceId") or drift["LogicalResourceId"]
    what = f"{stack}: {drift['ResourceType']} {name}"
    if drift["StackResourceDriftStatus"] == "DELETED":
        yield Finding("drift.deleted", f"{what} is gone", fix=FIX)
    elif drift["StackResourceDriftStatus"] == "UNKNOWN":
        yield f"{what}: CloudFormation could not tell: {drift.get('DriftStatusReason', '')}"
    for difference in drift.get("PropertyDifferences", ()):
        yield Finding("drift.modified", f"{what}: {_difference(difference)}", fix=FIX)


def _difference(difference: Any) -> str:
    path = difference["PropertyPath"]
    if any(word in path.lower() for word in HIDDEN):
        return f"{path} is not what the template says ({difference['DifferenceType']})"
    return f"{path} is {difference['ActualValue']}, the template says {difference['ExpectedValue']}"
