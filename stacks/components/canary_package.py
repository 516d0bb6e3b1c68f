"""Put the canary's package together as Synthetics wants it: everything below `python/`."""

from __future__ import annotations

from pathlib import Path

from stacks.components import probe_package
from stacks.settings import ROOT

CANARY = ROOT / "lambda_src" / "canary" / "canary.py"
HANDLER = "canary.handler"


def package(folder: Path) -> Path:
    """Fill `folder` with exactly the canary's files; returns it."""
    return probe_package.package(folder, CANARY, below="python")
