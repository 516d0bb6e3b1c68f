"""What is deployed is what the template says, and it answers: the last look after a release."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import probes as probing
from gate import assembly, aws
from gate.assembly import ImageFunction, Resource, Stack
from gate.config import Config
from gate.report import CannotLook, Case, Finding, Report

if TYPE_CHECKING:
    import boto3

NAME = "verify"
HELP = """\
Compare what is deployed with the synthesized template: stack, handler command, entry point,
digest and the other settings of each image function, the alias and its version, every alarm;
then ask every probe over the public URL.

examples:
  make synth STAGE=prod && gate verify --stage prod
  gate verify --stage dev --assembly cdk.out --url https://api.example.com
"""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PROBE_VARIABLES = ("PROBE_EMAIL", "PROBE_PASSWORD")
PROBE_SECONDS = 30.0
FIX_DRIFT = "deploy the stage again; find out who changed it by hand"


@dataclass(frozen=True)
class Target:
    """What to verify.

    `values` fills the probes' variables; without the probe user's, they are read from the
    secret whose ARN is the stack output `ProbeSecretArn`. `url` replaces the output `ApiUrl`.
    """

    stage: str
    assembly: Path
    probes: Path
    url: str | None = None
    region: str | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only this check has."""
    parser.add_argument("--stage", required=True, help="the stage, as in stages/STAGE.toml")
    parser.add_argument("--assembly", default="cdk.out", metavar="DIR", help="default: %(default)s")
    parser.add_argument("--probes", metavar="FILE", help="default: probes.toml")
    parser.add_argument("--url", help="where the API answers; default: the stack output ApiUrl")
    parser.add_argument("--region", help="default: the one of your credentials")


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be verified."""
    return Target(
        stage=options.stage,
        assembly=Path(options.assembly),
        probes=Path(options.probes) if options.probes else config.probes,
        url=options.url,
        region=options.region,
        values=os.environ,
    )


def check(target: Target) -> Report:
    """Look at everything, even when something was found early.

    Raises:
        CannotLook: no assembly, no way to AWS, no URL, a probe's variable missing.
    """
    stacks = _stacks_of(target)
    session = aws.session(target.region)
    deployed = [_look_up(stack, session) for stack in stacks]
    findings: list[Finding] = []
    notes: list[str] = []
    for one in deployed:
        if one.status is None:
            findings.append(
                Finding(
                    "verify.stack.missing", f"{one.stack.name} is not deployed", fix="deploy it"
                )
            )
            continue
        for look in LOOKS:
            for said in look(one, session):
                if isinstance(said, Finding):
                    findings.append(said)
                else:
                    notes.append(said)
    cases = _probe(target, deployed, session)
    findings += [
        Finding(
            "verify.probe.wrong", f"probe {case.name}: {'; '.join(case.reasons)}", fix="roll back"
        )
        for case in cases
        if case.reasons
    ]
    return Report(NAME, tuple(findings), tuple(notes), cases)


# --- what is deployed --------------------------------------------------------------------------


@dataclass(frozen=True)
class Deployed:
    """A stack of the assembly beside what CloudFormation knows of it; `status` None: nothing."""

    stack: Stack
    status: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    physical: Mapping[str, str] = field(default_factory=dict)


def _stacks_of(target: Target) -> tuple[Stack, ...]:
    stacks = assembly.stacks(target.assembly)
    if not any(f"-{target.stage}-" in f"-{stack.name.lower()}-" for stack in stacks):
        names = ", ".join(stack.name for stack in stacks) or "none"
        raise CannotLook(
            f"{target.assembly}: no stack of stage {target.stage} (there: {names}); "
            f"run `make synth STAGE={target.stage}`"
        )
    return stacks


def _look_up(stack: Stack, session: boto3.Session) -> Deployed:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the extra `aws`

    cloudformation = session.client("cloudformation")
    with aws.asking(f"stack {stack.name}"):
        try:
            found = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
        except ClientError as exc:
            if aws.is_missing(exc):
                return Deployed(stack)
            raise
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
        physical = {
            row["LogicalResourceId"]: row.get("PhysicalResourceId", "")
            for page in pages
            for row in page["StackResourceSummaries"]
        }
    outputs = {row["OutputKey"]: row["OutputValue"] for row in found.get("Outputs", [])}
    return Deployed(stack, found["StackStatus"], outputs, physical)


# --- looks: each yields findings, and notes (plain text) of what is right ------------------------

Look = Callable[[Deployed, "boto3.Session"], Iterator[Finding | str]]


def _stack(one: Deployed, _session: boto3.Session) -> Iterator[Finding | str]:
    status = str(one.status)
    if status.endswith("_COMPLETE") and "ROLLBACK" not in status and status != "DELETE_COMPLETE":
        yield f"{one.stack.name}: {status}"
    else:
        yield Finding("verify.stack.status", f"{one.stack.name} is {status}", fix="deploy it again")


def _functions(one: Deployed, session: boto3.Session) -> Iterator[Finding | str]:
    """Compare each function, at $LATEST and at each alias, with its declaration."""
    client = session.client("lambda")
    for function in assembly.image_functions(one.stack):
        for qualifier in ("$LATEST", *_aliases_of(one.stack, function)):
            with aws.asking(f"function {function.name}:{qualifier}"):
                actual = client.get_function(FunctionName=function.name, Qualifier=qualifier)
            differences = list(_differences(function, actual))
            yield from differences
            if not differences:
                uri = actual["Code"]["ImageUri"].rpartition("/")[2]
                yield f"{function.name}:{qualifier}: {' '.join(function.command)} in {uri}"


def _aliases_of(stack: Stack, function: ImageFunction) -> list[str]:
    named = {"Ref": function.logical_id}
    return [
        alias.properties["Name"]
        for alias in stack.of_type(assembly.ALIAS)
        if alias.properties["FunctionName"] in (named, function.name)
    ]


Actual = Mapping[str, Any]  # the `Configuration` of Lambda's GetFunction


def _image_config(actual: Actual) -> Mapping[str, Any]:
    config: Mapping[str, Any] = actual.get("ImageConfigResponse", {}).get("ImageConfig", {})
    return config


# What is compared: its name, as declared, as deployed.
SETTINGS: tuple[tuple[str, Callable[[ImageFunction], object], Callable[[Actual], object]], ...] = (
    ("command", lambda f: list(f.command), lambda a: _image_config(a).get("Command")),
    ("entry point", lambda f: list(f.entry_point), lambda a: _image_config(a).get("EntryPoint")),
    (
        "working directory",
        lambda f: f.working_directory,
        lambda a: _image_config(a).get("WorkingDirectory"),
    ),
    ("timeout", lambda f: f.timeout, lambda a: a.get("Timeout")),
    ("memory", lambda f: f.memory, lambda a: a.get("MemorySize")),
    ("architecture", lambda f: [f.architecture], lambda a: a.get("Architectures")),
    (
        "ephemeral storage",
        lambda f: f.ephemeral_storage,
        lambda a: a.get("EphemeralStorage", {}).get("Size"),
    ),
)


def _differences(function: ImageFunction, actual: Mapping[str, Any]) -> Iterator[Finding]:
    configuration = actual["Configuration"]
    where = f"{function.name}:{configuration.get('Version', '$LATEST')}"
    for name, declared_of, deployed_of in SETTINGS:
        declared, deployed = declared_of(function), deployed_of(configuration)
        if declared != deployed:
            yield _drift(f"{where}: {name} is {deployed}, the template says {declared}")
    uri = actual["Code"].get("ImageUri", "")
    expected = expected_image(function)
    if expected not in uri:
        yield _drift(f"{where}: runs {uri or 'no image'}, the template says {expected}")
    yield from _environment(where, function, configuration)


def expected_image(function: ImageFunction) -> str:
    """The digest, or else the tag, that the template's `ImageUri` ends in."""
    text = json.dumps(function.image_uri)
    found = DIGEST.search(text)
    return found.group(0) if found else re.split(r"[:\"]", text.rstrip('"]}'))[-1]


def _environment(
    where: str, function: ImageFunction, configuration: Mapping[str, Any]
) -> Iterator[Finding]:
    """Compare variables by name, and literal values without ever showing one."""
    actual = configuration.get("Environment", {}).get("Variables", {})
    for name in sorted(function.environment.keys() ^ actual.keys()):
        side = "is not deployed" if name in function.environment else "is not in the template"
        yield _drift(f"{where}: environment variable {name} {side}")
    for name, value in function.environment.items():
        if isinstance(value, str) and name in actual and actual[name] != value:
            yield _drift(
                f"{where}: environment variable {name} has another value than the template"
            )


def _aliases(one: Deployed, session: boto3.Session) -> Iterator[Finding | str]:
    client = session.client("lambda")
    for alias in one.stack.of_type(assembly.ALIAS):
        name, function = alias.properties["Name"], _physical(one, alias, "FunctionName")
        with aws.asking(f"alias {function}:{name}"):
            actual = client.get_alias(FunctionName=function, Name=name)
        expected = _physical(one, alias, "FunctionVersion").rpartition(":")[2]
        weights = actual.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        if weights:
            yield _drift(f"alias {function}:{name} shares its traffic: {weights}")
        if actual["FunctionVersion"] != expected:
            yield _drift(
                f"alias {function}:{name} points to version {actual['FunctionVersion']}, "
                f"the deployed stack says {expected}"
            )
        else:
            yield f"alias {function}:{name} → version {expected}"


def _physical(one: Deployed, resource: Resource, member: str) -> str:
    """The physical id behind a Ref or GetAtt; a literal is itself."""
    value = resource.properties[member]
    if isinstance(value, str):
        return value
    logical_id = value.get("Ref") or value["Fn::GetAtt"][0]
    return one.physical.get(logical_id, "")


def _alarms(one: Deployed, session: boto3.Session) -> Iterator[Finding | str]:
    names = [one.physical.get(alarm.logical_id, "") for alarm in one.stack.of_type(assembly.ALARM)]
    if not names:
        return
    with aws.asking("alarms"):
        pages = session.client("cloudwatch").get_paginator("describe_alarms")
        found = {
            alarm["AlarmName"]: alarm
            for page in pages.paginate(AlarmNames=names)
            for alarm in page["MetricAlarms"]
        }
    for name in names:
        alarm = found.get(name)
        if alarm is None:
            yield _drift(f"alarm {name or '(unnamed)'} is gone")
        elif not alarm.get("ActionsEnabled", True):
            yield _drift(f"alarm {name} is muted: its actions are disabled")
        elif alarm["StateValue"] == "ALARM":
            reason = alarm.get("StateReason", "")
            yield Finding(
                "verify.alarm.red", f"alarm {name} is in ALARM: {reason}", fix="see its runbook"
            )
    silent = sum(alarm["StateValue"] == "INSUFFICIENT_DATA" for alarm in found.values())
    yield f"{one.stack.name}: {len(found)} alarms, {silent} of them without data yet"


def _drift(message: str) -> Finding:
    return Finding("verify.differs", message, fix=FIX_DRIFT)


LOOKS: tuple[Look, ...] = (_stack, _functions, _aliases, _alarms)


# --- probes ------------------------------------------------------------------------------------


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
