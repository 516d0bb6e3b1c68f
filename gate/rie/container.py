"""A function in its image, under the emulator, in a container of the engine at hand."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.rie import binary, surroundings
from gate.rie.confine import LAMBDA_GROUP, LAMBDA_USER
from gate.rie.emulator import Emulator
from gate.rie.engine import Engine
from gate.rie.image import Image
from gate.rie.process import Port, Process
from gate.rie.reasons.files import NO_HOME

# Where the emulator goes in the container, and where it listens there: not at 8080, its default,
# which on Lambda is free for the function.
INSIDE, LISTENS = "/gate/aws-lambda-rie", 47808
EMULATOR_MB = 64  # what the emulator takes beside the function
# As Lambda runs it, whatever the image says: as its own user, who has no home, and nothing can
# be written but /tmp.
CONFINED = (
    *("--user", f"{LAMBDA_USER}:{LAMBDA_GROUP}", "--env", f"HOME={NO_HOME}"),
    *("--read-only", "--ipc", "none"),  # without shared memory too
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
)


class Container(Emulator):
    """Runs the function of an image as Lambda would, for the time of a `with`.

    Args:
        engine: where the image is.
        image: the image.
        entry_point: what starts in it.
        command: the arguments of that, the handler.
        environment: the function's variables, beside those of the image.
        timeout_seconds: of the function, without its init phase.
        memory_mb: what the function has; None: as much as it likes.
        storage_mb: the size of its /tmp.
        working_directory: where it starts; empty: where the image says.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        image: Image,
        entry_point: Sequence[str],
        command: Sequence[str],
        environment: Mapping[str, str],
        timeout_seconds: float,
        memory_mb: int | None = None,
        storage_mb: int = 512,
        working_directory: str = "",
    ) -> None:
        super().__init__(timeout_seconds=timeout_seconds, log=None)
        self._engine = engine
        self._image = image
        self._run = (*entry_point, *command)
        self._limits = (
            *(("--memory", f"{memory_mb + EMULATOR_MB}m") if memory_mb else ()),
            *("--tmpfs", f"/tmp:rw,exec,mode=1777,size={storage_mb}m"),  # noqa: S108 - its own
            *(("--workdir", working_directory) if working_directory else ()),
        )
        self._variables = surroundings.in_image(
            environment,
            timeout_seconds=timeout_seconds,
            memory_mb=memory_mb or surroundings.MEMORY_MB,
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
            *("create", "--name", name, *CONFINED, *self._limits, *variables),
            *("--publish", f"{port.address}:{LISTENS}"),
            *("--volume", f"{binary.ensure(self._image.machine)}:{INSIDE}:ro"),
            *("--entrypoint", INSIDE, self._image.reference),
            *("--runtime-interface-emulator-address", f"0.0.0.0:{LISTENS}"),
            *("--log-level", "info"),  # says when the init phase is over
            *self._run,
        )
