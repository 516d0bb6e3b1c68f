"""What is deployed is what the template says, and it answers: the last look after a release."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import probes as probing
from gate import assembly, aws
from gate.config import Config
from gate.deployed import (
    alarms,
    aliases,
    canaries,
    deployments,
    functions,
    integrations,
    log_groups,
)
from gate.deployed import stack as stack_look
from gate.deployed.stack import Deployed, Look
from gate.report import CannotLook, Case, Finding, Report

if TYPE_CHECKING:
    import boto3

NAME = "verify"
HELP = """\
Compare what is deployed with the synthesized template: stack, handler command, entry point,
digest and the other settings of each image function, the alias and its version, the last
deployment, what the API calls, every alarm, the canary's last run, the log groups; then ask every
probe over the public URL.

examples:
  make synth STAGE=prod && gate verify --stage prod
  gate verify --stage dev --assembly cdk.out --url https://api.example.com
  gate verify --stage dev --role-arn arn:aws:iam::222222222222:role/credmate-dev-verify
"""

LOOKS: tuple[Look, ...] = (
    stack_look.look,
    functions.look,
    aliases.look,
    deployments.look,
    integrations.look,
    alarms.look,
    canaries.look,
    log_groups.look,
)
PROBE_VARIABLES = ("PROBE_EMAIL", "PROBE_PASSWORD")
PROBE_SECONDS = 30.0


@dataclass(frozen=True)
class Target:
    """What to verify.

    `values` fills the probes' variables; without the probe user's, they are read from the
    secret whose ARN is the stack output `ProbeSecretArn`. `url` replaces the output `ApiUrl`.
    `role` is the ARN of the role that looks, where the credentials themselves do not.
    """

    stage: str
    assembly: Path
    probes: Path
    url: str | None = None
    region: str | None = None
    role: str | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only this check has."""
    parser.add_argument("--stage", required=True, help="the stage, as in stages/STAGE.toml")
    parser.add_argument("--assembly", default="cdk.out", metavar="DIR", help="default: %(default)s")
    parser.add_argument("--probes", metavar="FILE", help="default: probes.toml")
    parser.add_argument("--url", help="where the API answers; default: the stack output ApiUrl")
    parser.add_argument("--region", help="default: the one of your credentials")
    parser.add_argument(
        "--role-arn", metavar="ARN", help="look as this role, say of the stage's own account"
    )


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be verified."""
    return Target(
        stage=options.stage,
        assembly=Path(options.assembly),
        probes=Path(options.probes) if options.probes else config.probes,
        url=options.url,
        region=options.region,
        role=options.role_arn,
        values=os.environ,
    )


def check(target: Target) -> Report:
    """Look at everything, even when something was found early.

    Raises:
        CannotLook: no assembly, no way to AWS, nothing of the stage there, a deployment under
            way, no URL, a probe's variable missing.
    """
    stacks = assembly.of_stage(target.assembly, target.stage)
    session = aws.session(target.region, target.role)
    deployed = [stack_look.look_up(stack, session) for stack in stacks]
    stack_look.settled(deployed, session)
    missing = [one.stack.name for one in deployed if one.status is None]
    if missing:
        return Report(NAME, tuple(_missing(name) for name in missing))
    said = [said for one in deployed for look in LOOKS for said in look(one, session)]
    cases = _probe(target, deployed, session)
    return Report(
        NAME,
        findings=(
            *(one for one in said if isinstance(one, Finding)),
            *(_wrong(case) for case in cases if case.reasons),
        ),
        notes=tuple(one for one in said if isinstance(one, str)),
        cases=cases,
    )


def _missing(stack: str) -> Finding:
    return Finding("verify.stack.missing", f"{stack} is not deployed", fix="deploy the stage")


def _wrong(case: Case) -> Finding:
    message = f"probe {case.name}: {'; '.join(case.reasons)}"
    return Finding("verify.probe.wrong", message, fix="roll back, then look at the function's log")


def _probe(target: Target, deployed: list[Deployed], session: boto3.Session) -> tuple[Case, ...]:
    outputs = {name: value for one in deployed for name, value in one.outputs.items()}
    url = target.url or outputs.get("ApiUrl")
    if url is None:
        raise CannotLook("no stack has the output ApiUrl; deploy the stage, or say --url URL")
    values = _values(target, outputs.get("ProbeSecretArn"), session)
    try:
        wanted = probing.load(target.probes, values)
    except probing.ProbeError as exc:
        raise CannotLook(str(exc)) from exc
    results = probing.url.run(url, wanted, PROBE_SECONDS)
    return tuple(Case(r.probe.name, tuple(r.reasons), r.elapsed_ms) for r in results)


def _values(target: Target, secret: str | None, session: boto3.Session) -> Mapping[str, str]:
    if secret is None or all(name in target.values for name in PROBE_VARIABLES):
        return target.values
    with aws.asking("the probe user's secret"):
        text = session.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    user = json.loads(text)
    return {**target.values, "PROBE_EMAIL": user["email"], "PROBE_PASSWORD": user["password"]}
