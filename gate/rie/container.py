"""A function in its image, under the emulator, in a container of the engine at hand."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.report import CannotLook, one_line
from gate.rie import binary, surroundings
from gate.rie.emulator import Emulator
from gate.rie.process import Port, Process

# Where the emulator goes in the container, and where it listens there.
INSIDE, LISTENS = "/gate/aws-lambda-rie", 8080
# As Lambda runs it: nothing can be written but /tmp, and nobody is root in any way.
CONFINED = (
    *("--read-only", "--tmpfs", "/tmp:rw,exec"),  # noqa: S108 - the function's own
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
)


@dataclass(frozen=True)
class Image:
    """What the engine says about an image."""

    reference: str
    entry_point: tuple[str, ...]
    machine: str


class Engine:
    """The container engine that the `docker` command speaks to.

    Raises (every method, and the constructor):
        CannotLook: there is none, or it refuses.
    """

    def __init__(self) -> None:
        docker = shutil.which("docker")
        if docker is None:
            raise CannotLook("no container engine: install docker, or use --local")
        self.command = docker

    def image(self, reference: str) -> Image:
        """Look an image up."""
        config = json.loads(self.run("image", "inspect", reference))[0]
        entry_point = tuple(config["Config"]["Entrypoint"] or ())
        if not entry_point:
            raise CannotLook(f"{reference}: the image has no ENTRYPOINT, which Lambda would start")
        return Image(reference, entry_point, config["Architecture"])

    def host(self) -> str:
        """The address under which a container reaches this machine."""
        network = json.loads(self.run("network", "inspect", "bridge"))[0]
        gateways = [row["Gateway"] for row in network["IPAM"]["Config"] if "Gateway" in row]
        if not gateways:
            raise CannotLook("the engine's bridge network has no gateway; a container is cut off")
        return str(gateways[0])

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command of the engine; returns what it printed."""
        done = subprocess.run(
            [self.command, *arguments],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotLook(f"docker {arguments[0]}: {one_line(done.stderr)}")
        return done.stdout


class Container(Emulator):
    """Runs `handler` of an image as Lambda would, for the time of a `with`.

    Args:
        engine: where the image is.
        image: the image.
        handler: `module.function`, the command for the image's entry point.
        environment: the function's variables, beside those of the image.
        timeout_seconds: of the function, without its init phase.
        memory_mb: what the function is told that it has.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        image: Image,
        handler: str,
        environment: Mapping[str, str],
        timeout_seconds: float,
        memory_mb: int = 1024,
    ) -> None:
        super().__init__(timeout_seconds=timeout_seconds, log=None)
        self._engine = engine
        self._image = image
        self._handler = handler
        self._variables = surroundings.in_image(
            environment, timeout_seconds=timeout_seconds, memory_mb=memory_mb
        )

    def _launch(self, ports: tuple[Port, ...], folder: Path, log: Path) -> Process:
        name = f"gate-{secrets.token_hex(8)}"
        remove = (self._engine.command, "rm", "--force", "--volumes", name)
        try:
            # Made before it is started: whatever happens then, there is a name to remove.
            self._engine.run(*self._create(name, ports[0]), environment=self._variables)
            return Process(
                (self._engine.command, "start", "--attach", name),
                environment=os.environ,
                cwd=folder,
                log=log,
                largest_file=surroundings.LARGEST_FILE,
                folder=folder,
                afterwards=remove,
            )
        except BaseException:
            subprocess.run(remove, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            raise

    def _create(self, name: str, port: Port) -> tuple[str, ...]:
        # Names alone: the engine's command takes the values from its own environment, where no
        # list of processes shows them.
        variables = (part for variable in self._variables for part in ("--env", variable))
        return (
            *("create", "--name", name, *CONFINED, *variables),
            *("--publish", f"{port.address}:{LISTENS}"),
            *("--volume", f"{binary.ensure(self._image.machine)}:{INSIDE}:ro"),
            *("--entrypoint", INSIDE, self._image.reference),
            *("--log-level", "info"),  # says when the init phase is over
            *self._image.entry_point,
            self._handler,
        )
