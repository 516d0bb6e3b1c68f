"""Put the canary's package together as Synthetics wants it: everything below `python/`."""

from __future__ import annotations

import shutil
from pathlib import Path

from stacks.settings import PROBES, ROOT

CANARY = ROOT / "lambda_src" / "canary" / "canary.py"
PROBES_PACKAGE = ROOT / "probes"
HANDLER = "canary.handler"


def package(folder: Path) -> Path:
    """Fill `folder` with exactly the canary's files, whatever was in it before; returns it."""
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "python"
    (python / "probes").mkdir(parents=True)
    shutil.copyfile(CANARY, python / CANARY.name)
    shutil.copyfile(PROBES, python / PROBES.name)
    for module in PROBES_PACKAGE.glob("*.py"):
        shutil.copyfile(module, python / "probes" / module.name)
    return folder
