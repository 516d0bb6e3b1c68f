"""The traffic hook, its own code packaged as for Lambda, in the Runtime Interface Emulator."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.rie import Rie
from local import paths

HOOK = paths.ROOT / "lambda_src" / "traffic_hook"
PROBES, TIME_LIMIT = "probes.toml", re.compile(r"^within_ms\b.*\n", re.MULTILINE)
BEFORE, AFTER = "before_traffic", "after_traffic"
TIMEOUT_SECONDS = 600  # as in stacks/components/traffic_hook.py


def package(folder: Path) -> Path:
    """The hook beside the probes, as the stacks package it, but for their time limits.

    Here both share a machine with the load and everything else: `gate smoke` judges the times.
    Returns `folder`.
    """
    for part in (HOOK, paths.ROOT / "probes"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(part, folder / part.name, ignore=ignored)
    text = (paths.ROOT / PROBES).read_text(encoding="utf-8")
    (folder / PROBES).write_text(TIME_LIMIT.sub("", text), encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Hooks:
    """The two hooks of a deployment group, with their folder and their variables."""

    root: Path
    environment: Mapping[str, str]

    def told(self, **more: str) -> Hooks:
        """The same hooks with more variables."""
        return Hooks(self.root, {**self.environment, **more})

    def call(self, entry: str, deployment: str) -> list[str]:
        """Call one as CodeDeploy does; returns what it logged of the deployment as an error.

        What it reports goes to CodeDeploy by its own call; `entry` is the execution's id.
        """
        log = self.root.with_name(f"{entry}-{deployment}.log")
        with Rie(
            root=self.root,
            handler=f"{HOOK.name}.handler.{entry}",
            environment={**self.environment, "AWS_LAMBDA_LOG_FORMAT": "JSON"},
            timeout_seconds=TIMEOUT_SECONDS,
            log=log,
        ) as rie:
            rie.invoke({"DeploymentId": deployment, "LifecycleEventHookExecutionId": entry})
        return list(_errors(log))


def _errors(log: Path) -> Iterator[str]:
    for line in log.read_text(errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue  # the emulator's own lines
        if said.get("level") == "ERROR":
            yield said.get("message") or said.get("errorMessage", line)
