"""The CDK's part of the road: synthesize, bootstrap, deploy; and what AWS must hold before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from gate import assembly as assemblies
from gate.assembly import ImageFunction, Stack
from gate.report import CannotLook
from local import paths, processes
from local.emulator import ACCOUNT, Emulator
from local.errors import CannotRun, RoadError

STAGE = "local"
BAD_SETTINGS = re.compile(r"^cdk: (.+)$", re.MULTILINE)
NOISE = re.compile(r"^(\s*$|.*\d+/\d+ \|.*(CREATE|UPDATE|REVIEW)_)")


def synthesize(output: Path, *, digest: str | None) -> tuple[Stack, ...]:
    """Write the stage's assembly, validations included, and read it.

    Raises:
        CannotRun: the stage's settings are broken.
        RoadError: a validation found something, or the app failed; with CDK's own report.
    """
    context = ["-c", f"stage={STAGE}", *(("-c", f"image_digest={digest}") if digest else ())]
    done = processes.run(
        [str(paths.CDK), "synth", "--quiet", "--output", str(output), *context],
        environment=paths.environment(),
        cwd=paths.ROOT,
    )
    if done.returncode:
        settings = BAD_SETTINGS.search(done.stdout)
        if settings:
            raise CannotRun(settings.group(1), "correct the stage file")
        raise RoadError(
            f"cdk synth failed:\n{_last(done.stdout, 40)}", "mend what the report names"
        )
    return assemblies.stacks(output)


def image_functions(stacks: tuple[Stack, ...]) -> dict[str, ImageFunction]:
    """The image functions of an assembly, by name.

    Raises:
        RoadError: one leaves a setting undeclared.
    """
    try:
        found = [f for stack in stacks for f in assemblies.image_functions(stack)]
    except CannotLook as exc:
        raise RoadError(str(exc), "declare it in stacks/components/image_function.py") from exc
    return {function.name: function for function in found}


def bootstrap(emulator: Emulator, folder: Path) -> None:
    """Make the CDK's own bucket and roles in the emulator."""
    _cdk(emulator, folder, "bootstrap", f"aws://{ACCOUNT}/{emulator.region}")


def deploy(emulator: Emulator, folder: Path, assembly: Path, *stacks: str) -> str:
    """Deploy stacks of an assembly (all without a name), as `make deploy` does in AWS.

    Returns what the CDK's command printed.
    """
    chosen = stacks or ("--all",)
    return _cdk(
        emulator, folder, "deploy", "--app", str(assembly), "--require-approval", "never", *chosen
    )


def _cdk(emulator: Emulator, folder: Path, *arguments: str) -> str:
    # In the run's own folder: there is no cdk.json, and what the CLI writes goes with it.
    done = processes.run(
        [str(paths.CDK), *arguments],
        environment=paths.environment(**emulator.environment()),
        cwd=folder,
    )
    if done.returncode:
        raise RoadError(
            f"cdk {arguments[0]} failed:\n{_last(done.stdout, 30)}",
            "read CloudFormation's reason above",
        )
    return done.stdout


def _last(output: str, lines: int) -> str:
    kept = [line for line in output.splitlines() if not NOISE.match(line)]
    return "\n".join(f"    {line}" for line in kept[-lines:])


def put_database_secret(emulator: Emulator, name: str, value: Mapping[str, object]) -> None:
    """Hold the database's address and user where the function looks for them."""
    client = emulator.session().client("secretsmanager", endpoint_url=emulator.url)
    client.create_secret(Name=name, SecretString=json.dumps(value))


def outputs(emulator: Emulator, stacks: tuple[Stack, ...]) -> dict[str, str]:
    """The outputs of all stacks, read back from CloudFormation: what really is deployed.

    Raises:
        RoadError: a stack is not there or not complete, whatever the CDK's command said.
    """
    client = emulator.session().client("cloudformation", endpoint_url=emulator.url)
    found: dict[str, str] = {}
    for stack in stacks:
        described = client.describe_stacks(StackName=stack.name)["Stacks"][0]
        if described["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise RoadError(f"{stack.name} is {described['StackStatus']}", "read its events")
        found |= {row["OutputKey"]: row["OutputValue"] for row in described.get("Outputs", [])}
    return found


def stack_with(stacks: tuple[Stack, ...], kind: str) -> Stack:
    """The stack that has a resource of a type; raises RoadError when none has."""
    for stack in stacks:
        if any(stack.of_type(kind)):
            return stack
    raise RoadError(f"no stack has a resource of type {kind}", "see stacks/")


def physical_id(emulator: Emulator, stack: Stack, kind: str) -> str:
    """What the one resource of a type in a deployed stack is called; raises RoadError."""
    client = emulator.session().client("cloudformation", endpoint_url=emulator.url)
    rows = client.describe_stack_resources(StackName=stack.name)["StackResources"]
    found = [row["PhysicalResourceId"] for row in rows if row["ResourceType"] == kind]
    if len(found) != 1:
        raise RoadError(
            f"{stack.name} has {len(found)} resources of type {kind}, not 1", "see its template"
        )
    return found[0]
