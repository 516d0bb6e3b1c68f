"""Give the traffic back to the version that had it before: one command, nothing to look up."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from gate import aws
from gate.actions.moving import move
from gate.actions.talk import confirm, tell
from gate.config import Config
from gate.deployed import codedeploy, history, live, migrations, versions
from gate.deployed.live import Live
from gate.deployed.versions import Version
from gate.report import CannotLook, Report

NAME = "rollback"
HELP = """\
Move the alias back to the version that had the traffic before: through CodeDeploy where the
stage has a deployment group, else directly. Needs credentials and nothing else; asks first.

examples:
  gate rollback --stage prod
  gate rollback --stage prod --to 41 --yes

exit codes: 0 moved, or nothing to do; 1 refused, or the move failed; 2 could not act
"""

NEVER_DEPLOYED = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})


@dataclass(frozen=True)
class Target:
    """What to move back; `to` a version's number, None for the previous good one."""

    stage: str
    to: str | None = None
    yes: bool = False
    alias: str = "live"
    stack: str | None = None
    region: str | None = None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only this action has."""
    parser.add_argument("--stage", required=True, help="the stage, as in stages/STAGE.toml")
    parser.add_argument("--to", metavar="VERSION", help="default: the previous good version")
    parser.add_argument("--yes", action="store_true", help="do not ask: for scripts")
    parser.add_argument("--alias", default="live", help="default: %(default)s")
    parser.add_argument("--stack", help="default: the stack of the stage that has the alias")
    parser.add_argument("--region", help="default: the one of your credentials")


def target(options: argparse.Namespace, _config: Config) -> Target:
    """Return what is to be moved back."""
    return Target(
        stage=options.stage,
        to=options.to,
        yes=options.yes,
        alias=options.alias,
        stack=options.stack,
        region=options.region,
    )


def check(target: Target) -> Report:
    """Choose the version, ask, move the alias, and see that it moved.

    Raises:
        CannotLook: nothing was changed (no way to AWS, no such version, something else is
            changing the stack, not confirmed), or the end of a deployment was not seen.
    """
    session = aws.session(target.region)
    now = live.find(session, target.stage, stack=target.stack, alias=target.alias)
    deployments = codedeploy.deployments(session, now.group) if now.group else ()
    _refuse_half_finished(now, deployments)
    published = versions.numbers(session, now.function)
    goal = _goal(target.to, now, published, deployments)
    if goal == now.version and not now.weights:
        return Report(NAME, notes=(f"{now} is at version {goal} already: nothing to do",))
    past = _usable(versions.version(session, now.function, goal), now)
    newest = versions.version(session, now.function, str(published[-1]))
    refusal, warning = migrations.judge(past, newest)
    if refusal:
        return Report(NAME, findings=(refusal,))
    tell(f"{now} has {versions.version(session, now.function, now.version)}")
    tell(f"going back to {past}{f'; {warning}' if warning else ''}")
    if not target.yes:
        confirm(f"Give all traffic of {now} to version {goal}?")
    return move(session, now, goal)


def _refuse_half_finished(now: Live, deployments: tuple[codedeploy.Deployment, ...]) -> None:
    if now.status.endswith("_IN_PROGRESS") or now.status in NEVER_DEPLOYED:
        raise CannotLook(
            f"nothing changed: stack {now.stack} is {now.status}; wait until it ends, or stop it "
            f"with `aws cloudformation cancel-update-stack --stack-name {now.stack}`"
        )
    running = next((one for one in deployments if one.status in codedeploy.RUNNING), None)
    if running:
        raise CannotLook(
            f"nothing changed: deployment {running.id} is {running.status}; to end it and go back: "
            f"`aws deploy stop-deployment --auto-rollback-enabled --deployment-id {running.id}`"
        )


def _goal(
    to: str | None,
    now: Live,
    published: tuple[int, ...],
    deployments: tuple[codedeploy.Deployment, ...],
) -> str:
    """The version to go to, as a number; raises CannotLook when there is none."""
    there = ", ".join(str(number) for number in published) or "none"
    if to is not None:
        if not to.isdecimal() or int(to) not in published:
            raise CannotLook(f"{now.function} has no version {to} (there: {there})")
        return str(int(to))
    if not now.version.isdecimal():
        raise CannotLook(f"{now} points to {now.version}, no version; say --to (there: {there})")
    found = history.previous(int(now.version), published, deployments, now.description)
    if found is None:
        raise CannotLook(
            f"{now}: no good version before {now.version} (there: {there}); say --to VERSION"
        )
    return str(found)


def _usable(past: Version, now: Live) -> Version:
    if past.state not in versions.USABLE:
        raise CannotLook(f"{now.function}: version {past.number} is {past.state}; say another --to")
    return past
