"""The container engine at hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping

from gate.report import CannotLook, one_line


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

    def host(self) -> str:
        """The address under which a container reaches this machine."""
        network = json.loads(self.run("network", "inspect", "bridge"))[0]
        gateways = [row["Gateway"] for row in network["IPAM"]["Config"] if "Gateway" in row]
        if not gateways:
            raise CannotLook("the engine's bridge network has no gateway; a container is cut off")
        return str(gateways[0])

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> str:
        """Run a command of the engine, for `timeout` seconds at most; returns what it printed."""
        try:
            done = subprocess.run(
                [self.command, *arguments],
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise CannotLook(f"docker {arguments[0]}: not done in {timeout:g} s") from exc
        if done.returncode:
            raise CannotLook(f"docker {arguments[0]}: {one_line(done.stderr)}")
        return done.stdout
