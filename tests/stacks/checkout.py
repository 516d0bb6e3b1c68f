"""A copy of what `cdk synth` needs, to break."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stacks.settings import ROOT
from tests.stacks.assembled import DIGEST

FILES = ("app.py", "cdk.json", "pyproject.toml", "probes.toml")
FOLDERS = ("stacks", "stages", "probes", "gate", "lambda_src")
LINKS = ("node_modules",)
VENV = Path(sys.executable).parent.parent
SYNTH_SECONDS = 240  # ten times what it takes, for a machine that does other work beside it


@dataclass(frozen=True)
class Checkout:
    """A checkout of its own, with the tools of this one."""

    folder: Path

    @property
    def backend(self) -> Path:
        return self.folder / "lambda_src" / "backend"

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def put_backend(self, tree: Path) -> None:
        """Another backend in place of the real one."""
        shutil.rmtree(self.backend)
        shutil.copytree(tree, self.backend)

    def synth(self, *more: str, stage: str = "prod") -> subprocess.CompletedProcess[str]:
        """`npx cdk synth`, as it is typed: no credentials, no region, no home."""
        cdk = self.folder / "node_modules" / ".bin" / "cdk"
        context = ["-c", f"stage={stage}", "-c", f"image_digest={DIGEST}"]
        return self.run([str(cdk), "synth", "--quiet", *context, *more])

    def app(self, context: str) -> subprocess.CompletedProcess[str]:
        """The app alone, as the CDK's command starts it."""
        command = [sys.executable, "app.py"]
        return self.run(command, CDK_CONTEXT_JSON=context, CDK_OUTDIR=str(self.folder / "cdk.out"))

    def run(self, command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
            # Whoever asks the network all the same is refused at once.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            # jsii unpacks itself once, not for each copy.
            "XDG_CACHE_HOME": str(Path.home() / ".cache"),
            **variables,
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SYNTH_SECONDS,
            check=False,
        )


def make(folder: Path) -> Checkout:
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(VENV)
    for name in LINKS:
        (folder / name).symlink_to(ROOT / name)
    return Checkout(folder)
