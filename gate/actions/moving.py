"""Move an alias to a version: through its CodeDeploy group, or in one call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gate import aws
from gate.actions.talk import tell
from gate.deployed import codedeploy, history
from gate.deployed.codedeploy import Group
from gate.deployed.live import Live
from gate.report import CannotLook, Finding, Report

if TYPE_CHECKING:
    import boto3

POLL_SECONDS, TELL_SECONDS, WAIT_SECONDS = 2.0, 4.0, 900.0
NEXT = "run `gate verify`; the next release must carry the fix"


def move(session: boto3.Session, now: Live, goal: str) -> Report:
    """Give all traffic of the alias to version `goal`, and see that it has it."""
    if now.group:
        failed = _by_codedeploy(session, now, now.group, goal)
        if failed:
            return Report("rollback", findings=(failed,))
    else:
        _directly(session, now, goal)
    with aws.asking(f"alias {now}"):
        after = session.client("lambda").get_alias(FunctionName=now.function, Name=now.alias)
    weights = after.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    if after["FunctionVersion"] != goal or weights:
        shared = f", shared with {', '.join(weights)}" if weights else ""
        return Report(
            "rollback", findings=(_failed(f"{now} is at {after['FunctionVersion']}{shared}"),)
        )
    return Report("rollback", notes=(f"{now}: version {now.version} → {goal}; {NEXT}",))


def _failed(message: str) -> Finding:
    return Finding("rollback.failed", message, fix="see the deployment in CodeDeploy; try --to")


def _directly(session: boto3.Session, now: Live, goal: str) -> None:
    """One atomic call, which the revision makes void if somebody else was quicker."""
    left = now.version.isdecimal() and int(goal) < int(now.version)
    with aws.asking(f"alias {now}"):
        session.client("lambda").update_alias(
            FunctionName=now.function,
            Name=now.alias,
            FunctionVersion=goal,
            RoutingConfig={"AdditionalVersionWeights": {}},
            RevisionId=now.revision,
            Description=history.marked(now.description, int(now.version))
            if left
            else now.description,
        )


def _by_codedeploy(session: boto3.Session, now: Live, group: Group, goal: str) -> Finding | None:
    started = codedeploy.start(
        session, group, function=now.function, alias=now.alias, current=now.version, target=goal
    )
    try:
        ended = _wait(session, started)
    except BaseException:  # Ctrl-C too: AWS goes on, and nothing is left half done
        tell(
            f"deployment {started} goes on by itself; how it ends: "
            f"`aws deploy get-deployment --deployment-id {started}`"
        )
        raise
    if ended.status == codedeploy.SUCCEEDED:
        return None
    return _failed(f"deployment {started} is {ended.status}: {ended.reason or 'no reason given'}")


def _wait(session: boto3.Session, identifier: str) -> codedeploy.Deployment:
    """Wait for the end of a deployment, never silent for long."""
    began = said = time.monotonic()
    status = ""
    while True:
        one = codedeploy.look_at(session, identifier)
        now = time.monotonic()
        if one.status != status or now - said >= TELL_SECONDS:
            status, said = one.status, now
            tell(f"deployment {identifier}: {status} ({now - began:.0f} s)")
        if status not in codedeploy.RUNNING:
            return one
        if now - began > WAIT_SECONDS:
            raise CannotLook(f"deployment {identifier}: still {status} after {WAIT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
