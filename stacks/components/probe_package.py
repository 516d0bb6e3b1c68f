"""Put a function's package together: its own code, the probes, and what judges them."""

from __future__ import annotations

import shutil
from pathlib import Path

from stacks.stage_files import ROOT
from stacks.stage_probes import PROBES

PROBES_PACKAGE = ROOT / "probes"


def package(folder: Path, code: Path, *, below: str = "") -> Path:
    """Fill `folder` with exactly the package, whatever was in it before; returns it.

    Args:
        folder: what will be zipped.
        code: a module, or a package, which stays one.
        below: where in `folder` it all lies.
    """
    shutil.rmtree(folder, ignore_errors=True)
    home = folder / below
    home.mkdir(parents=True)
    if code.is_dir():
        _copy_modules(code, home / code.name)
    else:
        shutil.copyfile(code, home / code.name)
    shutil.copyfile(PROBES, home / PROBES.name)
    _copy_modules(PROBES_PACKAGE, home / PROBES_PACKAGE.name)
    return folder


def _copy_modules(source: Path, target: Path) -> None:
    target.mkdir()
    for module in sorted(source.glob("*.py")):
        shutil.copyfile(module, target / module.name)
