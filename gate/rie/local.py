"""A function as its code lies there, in the emulator of this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from gate.report import CannotLook, shown
from gate.rie import binary, surroundings
from gate.rie.confinement import Confinement
from gate.rie.emulator import Emulator
from gate.rie.log import Log
from gate.rie.process import Port, Process


class Rie(Emulator):
    """Runs `handler` below `root` as Lambda would, for the time of a `with`.

    Args:
        root: the folder of the code, Lambda's task root.
        handler: `module.function`.
        environment: the function's variables; nothing of ours gets in.
        timeout_seconds: of the function, without its init phase.
        memory_mb: what the function is told that it has.
        python: the interpreter, with `awslambdaric` and what the function needs.
        log: where its output goes; by default to a file of the time of the context.
        confinement: how far it is confined as on Lambda; by default not at all.
    """

    def __init__(
        self,
        *,
        root: Path,
        handler: str,
        environment: Mapping[str, str],
        timeout_seconds: float,
        memory_mb: int = surroundings.MEMORY_MB,
        python: Path = Path(sys.executable),
        log: Path | None = None,
        confinement: Confinement | None = None,
    ) -> None:
        super().__init__(timeout_seconds=timeout_seconds, log=log)
        self._root = root.absolute()
        self._confinement = confinement
        self._runtime = (str(python), "-m", "awslambdaric", handler)
        self._variables = surroundings.in_image(
            environment, timeout_seconds=timeout_seconds, memory_mb=memory_mb
        )

    def _excuse(self, log: Log) -> str:
        lacking = f"{self._runtime[0]} has no awslambdaric; install it there"
        return lacking if log.lacks_runtime_client() else ""

    def _launch(self, ports: tuple[Port, ...], folder: Path, log: Path) -> Process:
        if not self._root.is_dir():
            raise CannotLook(f"{shown(self._root)}: no such folder; say --root DIR")
        api, runtime_api = ports
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        if self._confinement:
            self._confinement.open(folder, temporary)
        return Process(
            (
                str(binary.ensure()),
                *("--runtime-interface-emulator-address", api.address),
                *("--runtime-api-address", runtime_api.address),
                *("--log-level", "info"),  # says when the init phase is over
                *self._runtime,
            ),
            environment=surroundings.on_this_machine(
                self._variables, root=self._root, temporary=temporary
            ),
            cwd=self._root,
            log=log,
            largest_file=surroundings.LARGEST_FILE,
            confine=self._confinement.plan(self._root, temporary) if self._confinement else None,
            folder=folder,
        )
