"""The pre-traffic hook of this checkout against its own function.

    python -m local.rehearsing.before_traffic --assembly cdk.out

The hook's package as it was synthesized, asked as CodeDeploy asks it, with real probes and a real
secret; the function as its template declares it, in the real RIE, where `place` says.

Exit codes: 0 Succeeded, 1 Failed, 2 it could not be asked.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from gate import assembly
from gate.assembly import FUNCTION, Resource, Stack
from gate.rehearsals import World
from gate.rehearsing.commands import WORLD
from gate.report import CannotLook
from gate.rie import Rie
from gate.tables import made
from local.errors import CannotRun, RoadError
from local.paths import BACKEND
from local.rehearsing.place import Place, place
from local.rehearsing.stand_ins import TARGET, CodeDeploy, Context, Functions, joined

ENTRY = "traffic_hook.handler.before_traffic"
PACKAGE = "traffic-hook-package"
MACHINE, X86_64, ARM64 = slice(18, 20), 62, 183  # of an ELF header: e_machine
EVENT = {"DeploymentId": "d-LOCAL", "LifecycleEventHookExecutionId": "hook-1"}


def ask(stack: Stack, package: Path, here: Place, python: Path) -> str:
    """Have the hook judge the function; returns what it told CodeDeploy."""
    hook = _function(stack, lambda one: one.properties.get("Handler") == ENTRY)
    (declared,) = (f for f in assembly.image_functions(stack) if f.name.endswith("-backend"))
    backend = _function(stack, lambda one: one.logical_id == declared.logical_id)
    expected = joined(hook.properties["Environment"]["Variables"]["EXPECTED"])
    known = {"FUNCTION": declared.name, "EXPECTED": expected, "VERSION": TARGET}
    sys.path.insert(0, str(package))
    handler = importlib.import_module("traffic_hook.handler")
    clients = importlib.import_module("traffic_hook.clients").Clients
    with Rie(
        root=BACKEND,
        handler=declared.command[0],
        environment=here.variables(backend, stack),
        timeout_seconds=declared.timeout,
        memory_mb=declared.memory,
        python=python,
    ) as rie:
        stubs = clients(CodeDeploy(declared.name), Functions(rie, declared), here.secrets())
        told: str = handler.run(
            EVENT,
            Context(),
            judge=handler.new_version,
            clients=lambda: stubs,
            environ=here.variables(hook, stack, known),
        )
        return told


def foreign(program: Path, folder: Path) -> Path:
    """A copy of a program whose header says that it is for another processor: nobody runs it."""
    content = bytearray(program.read_bytes())
    own = int.from_bytes(content[MACHINE], sys.byteorder)
    content[MACHINE] = (X86_64 if own != X86_64 else ARM64).to_bytes(2, sys.byteorder)
    copy = folder / "foreign"
    copy.write_bytes(content)
    copy.chmod(0o755)
    return copy


def _function(stack: Stack, is_it: Callable[[Resource], bool]) -> Resource:
    found = [one for one in stack.of_type(FUNCTION) if is_it(one)]
    if len(found) != 1:
        raise CannotRun(f"{stack.template.name}: no such function, or several", "synthesize anew")
    return found[0]


def main() -> int:
    """Ask; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.rehearsing.before_traffic")
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"))
    parser.add_argument("--stage", default="prod")
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        change = made(World, json.loads(os.environ.get(WORLD, "{}")))
        (stack,) = (
            one
            for one in assembly.of_stage(options.assembly, options.stage)
            if one.name.endswith("-service")
        )
        with (
            tempfile.TemporaryDirectory(prefix="before-traffic-") as folder,
            place(Path(folder), change, region="us-east-1") as here,
        ):
            python = options.python.absolute()
            if change.foreign_processor:
                python = foreign(python, Path(folder))
            told = ask(stack, options.assembly / PACKAGE, here, python)
    except (CannotLook, RoadError) as exc:
        logging.error("before_traffic: %s", exc)
        return 2
    return 0 if told == "Succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
