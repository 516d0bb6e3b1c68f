"""The pre-traffic hook of this checkout against its own function: `python -m local.before_traffic`.

The hook's package as it was synthesized, asked as CodeDeploy asks it, with real probes and a real
secret; the function as its template declares it, in the real RIE, in `local.world`. CodeDeploy has
no emulator: two answers of its stand here, the deployment's AppSpec and the taking of the report.

Exit codes: 0 Succeeded, 1 Failed, 2 it could not be asked.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import logging
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.response import StreamingBody

from gate import assembly
from gate.assembly import FUNCTION, ImageFunction, Resource, Stack
from gate.report import CannotLook
from gate.rie import Rie
from local.errors import CannotRun, RoadError
from local.paths import BACKEND
from local.world import Change, World, world

ENTRY = "traffic_hook.handler.before_traffic"
PACKAGE = "traffic-hook-package"
WORLD = "REHEARSAL_WORLD"
CURRENT, TARGET = "1", "2"


@dataclass(frozen=True)
class CodeDeploy:
    """The two calls that a hook makes."""

    function: str

    def get_deployment(self, *, deploymentId: str) -> Mapping[str, Any]:  # noqa: N803, ARG002 - boto3's
        """The deployment of version 2 after version 1."""
        properties = {
            "Name": self.function,
            "Alias": "live",
            "CurrentVersion": CURRENT,
            "TargetVersion": TARGET,
        }
        resources = [{"live": {"Type": FUNCTION, "Properties": properties}}]
        content = json.dumps({"version": 0.0, "Resources": resources})
        return {
            "deploymentInfo": {
                "revision": {
                    "revisionType": "AppSpecContent",
                    "appSpecContent": {"content": content},
                }
            }
        }

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


def ask(stack: Stack, package: Path, here: World, python: Path) -> str:
    """Have the hook judge the function; returns what it told CodeDeploy."""
    hook = _function(stack, lambda one: one.properties.get("Handler") == ENTRY)
    (declared,) = (f for f in assembly.image_functions(stack) if f.name.endswith("-backend"))
    backend = _function(stack, lambda one: one.logical_id == declared.logical_id)
    sys.path.insert(0, str(package))
    handler = importlib.import_module("traffic_hook.handler")
    clients = importlib.import_module("traffic_hook.clients").Clients
    said = hook.properties["Environment"]["Variables"]
    environ = here.variables(_without(hook, ("FUNCTION", "EXPECTED")), stack)
    environ |= {"FUNCTION": declared.name, "EXPECTED": joined(said["EXPECTED"])}
    with Rie(
        root=BACKEND,
        handler=declared.command[0],
        environment=here.variables(backend, stack),
        timeout_seconds=declared.timeout,
        memory_mb=declared.memory,
        python=python,
    ) as rie:
        secrets = here.emulator.session().client("secretsmanager", endpoint_url=here.emulator.url)
        stubs = clients(CodeDeploy(declared.name), Functions(rie, declared), secrets)
        told: str = handler.run(
            {"DeploymentId": "d-LOCAL", "LifecycleEventHookExecutionId": "hook-1"},
            Context(),
            judge=handler.new_version,
            clients=lambda: stubs,
            environ=environ,
        )
        return told


def _function(stack: Stack, is_it: Any) -> Resource:
    found = [one for one in stack.of_type(FUNCTION) if is_it(one)]
    if len(found) != 1:
        raise CannotRun(f"{stack.template.name}: no such function, or several", "synthesize anew")
    return found[0]


def _without(function: Resource, names: tuple[str, ...]) -> Resource:
    """The function without some of its variables."""
    variables = function.properties["Environment"]["Variables"]
    kept = {name: value for name, value in variables.items() if name not in names}
    properties = {**function.properties, "Environment": {"Variables": kept}}
    return Resource(function.logical_id, function.type, properties)


def main() -> int:
    """Ask; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.before_traffic")
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"))
    parser.add_argument("--stage", default="prod")
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        change = Change(**json.loads(os.environ.get(WORLD, "{}")))
        (stack,) = (
            one
            for one in assembly.of_stage(options.assembly, options.stage)
            if one.name.endswith("-service")
        )
        with (
            tempfile.TemporaryDirectory(prefix="before-traffic-") as folder,
            world(Path(folder), change, region="us-east-1") as here,
        ):
            told = ask(stack, options.assembly / PACKAGE, here, options.python.absolute())
    except (CannotLook, RoadError) as exc:
        logging.error("before_traffic: %s", exc)
        return 2
    return 0 if told == "Succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
