"""Reads the files of an image, which need not run for it."""

from __future__ import annotations

import os
import secrets
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from pathlib import Path

from gate.rie import contents
from gate.rie.contents import Contents, Entry
from gate.rie.engine import Engine
from gate.rie.process import Process

EXPORT_SECONDS = 120
CHUNK = 1 << 20


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
        pipe = Path(temporary) / "image.tar"  # an image may be larger than what is free there
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        process = Process(
            (engine.command, *_copying(name, folder)),
            environment=os.environ,
            cwd=Path(temporary),
            log=pipe,
            folder=Path(temporary),
            afterwards=(engine.command, "rm", "--force", "--volumes", name),
        )
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(_parsed, reader, str(Path(folder).parent))
            try:
                return reading.result(EXPORT_SECONDS)
            except NotInTime:
                return Contents({})
            finally:
                process.end()


def _copying(name: str, folder: str) -> tuple[str, ...]:
    return ("export", name) if folder == "/" else ("cp", f"{name}:{folder}", "-")


def _parsed(reader: int, above: str) -> Contents:
    """Read the archive to its end; what the engine says in its place is no archive."""
    os.set_blocking(reader, True)
    with open(reader, "rb") as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as tar:
                found = contents.of_tar(tar, above)
        except tarfile.TarError:
            found = Contents({})
        while stream.read(CHUNK):  # whoever writes ends by himself
            pass
    return found
