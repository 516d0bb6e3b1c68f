"""Links in a folder of code that an image, which is made by copying it, would not have whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gate.allowances import Allowances
from gate.report import Finding, place
from gate.rie.readable import CODE, SKIPPED

RULE = "smoke.link"


def look(root: Path, allowances: Allowances) -> Iterator[Finding]:
    """Yield the links below `root` by which code is reached that lies elsewhere, or nowhere.

    A COPY of the folder takes a link as it is written, and not what it leads to.
    """
    inside = root.resolve()
    for link in _links(root):
        target = os.readlink(link)  # noqa: PTH115 - as it is written
        there = link.exists()
        kept = there and not target.startswith("/") and link.resolve().is_relative_to(inside)
        name = link.relative_to(root).as_posix()
        if kept or not _is_code(link) or allowances.allow(RULE, path=name, name=target):
            continue
        how = "which is not in this folder" if there else "where nothing is"
        yield Finding(
            RULE,
            f"{name} is a link to {target}, {how}: an image has the link, and not the code",
            (place(link),),
            "put the code itself there (a copy, a package), or name it in [tool.gate] smoke-allow "
            "where the image has it at that place",
        )


def _links(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        yield from (
            path for name in (*folders, *files) if (path := Path(folder, name)).is_symlink()
        )


def _is_code(link: Path) -> bool:
    """Whether Python may import it; what leads nowhere may be a package."""
    if link.is_dir():
        return any(link.glob("*.py"))
    return link.suffix in CODE or (not link.exists() and "." not in link.name)
