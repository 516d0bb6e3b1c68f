"""Reads the files of an image, which need not run for it."""

from __future__ import annotations

import os
import secrets
import tarfile
import tempfile
from pathlib import Path

from gate.rie import contents
from gate.rie.contents import Contents, Entry
from gate.rie.engine import Engine
from gate.rie.process import Process

EXPORT_SECONDS = 120


def read(engine: Engine, reference: str, *folders: str) -> Contents:
    """Return what an image holds in folders, or in all; those that it has not are left out.

    Raises:
        CannotLook: the engine makes no container of it.
    """
    found: dict[str, Entry] = {}
    for folder in folders or ("/",):
        found |= _of_folder(engine, reference, folder).entries
    return Contents(found)


def _of_folder(engine: Engine, reference: str, folder: str) -> Contents:
    name = f"gate-{secrets.token_hex(8)}"
    engine.run("create", "--name", name, "--entrypoint", "/", reference)
    with tempfile.TemporaryDirectory(prefix="rie-", ignore_cleanup_errors=True) as temporary:
        archive = Path(temporary) / "image.tar"
        process = Process(
            (engine.command, *_copying(name, folder)),
            environment=os.environ,
            cwd=Path(temporary),
            log=archive,
            folder=Path(temporary),
            afterwards=(engine.command, "rm", "--force", "--volumes", name),
        )
        try:
            if process.wait(EXPORT_SECONDS) != 0:
                return Contents({})
        finally:
            process.end()
        with tarfile.open(archive) as tar:
            return contents.of_tar(tar, str(Path(folder).parent))


def _copying(name: str, folder: str) -> tuple[str, ...]:
    return ("export", name) if folder == "/" else ("cp", f"{name}:{folder}", "-")
