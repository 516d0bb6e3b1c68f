"""What CloudFormation did not write: changes by hand, also of what the template leaves out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate import assembly, aws
from gate.config import Config
from gate.deployed import attached, detection, left_out
from gate.deployed import stack as stack_look
from gate.deployed.stack import Deployed, Said
from gate.report import CannotLook, Finding, Report

if TYPE_CHECKING:
    import boto3

NAME = "drift"
HELP = """\
Compare what is deployed with what CloudFormation wrote: its own drift detection, then what that
cannot see. Attributes that the template leaves out are held against the service's defaults, and
whatever is attached to a function must belong to a stack of the stage.

examples:
  make synth STAGE=prod && gate drift --stage prod
  gate drift --stage dev --assembly cdk.out
"""


@dataclass(frozen=True)
class Target:
    """The stage, and its synthesized assembly."""

    stage: str
    assembly: Path
    region: str | None = None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only this check has."""
    parser.add_argument("--stage", required=True, help="the stage, as in stages/STAGE.toml")
    parser.add_argument("--assembly", default="cdk.out", metavar="DIR", help="default: %(default)s")
    parser.add_argument("--region", help="default: the one of your credentials")


def target(options: argparse.Namespace, _config: Config) -> Target:
    """Return what is to be looked at."""
    return Target(options.stage, Path(options.assembly), options.region)


def check(target: Target) -> Report:
    """Look at everything, even when something was found early.

    Raises:
        CannotLook: no assembly, no way to AWS, a stack that is not deployed or is being changed.
    """
    stacks = assembly.of_stage(target.assembly, target.stage)
    session = aws.session(target.region)
    deployed = [stack_look.look_up(stack, session) for stack in stacks]
    stack_look.settled(deployed, session)
    for one in deployed:
        if one.status is None:
            raise CannotLook(f"{one.stack.name} is not deployed; deploy the stage")
    said = [said for one in deployed for said in _look(one, session, deployed)]
    findings = {one.message: one for one in said if isinstance(one, Finding)}
    return Report(
        NAME,
        findings=tuple(findings.values()),
        notes=tuple(one for one in said if isinstance(one, str)),
    )


def _look(one: Deployed, session: boto3.Session, stage: Sequence[Deployed]) -> Iterator[Said]:
    yield from detection.look(one, session)
    yield from left_out.look(one, session)
    yield from attached.look(one, session, stage)
