"""Take the time of the build out of an image: what is made of the same things has one digest.

The layers hold no such time (lambda_src/image/pack.py); what is left stands in the configuration,
and Debian's BuildKit cannot be told another. So the engine is given the configuration again, at a
time that is always the same; the layers it has already.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from typing import Any

MOMENT = "1980-01-01T00:00:00Z"  # as the files
MANIFEST = "manifest.json"
SMALL = 1_000_000  # bytes; a configuration has a few thousand, layers are passed over


def level(docker: str, tag: str, *, environment: Mapping[str, str]) -> str | None:
    """Name by `tag` the same image without the times; returns why the engine would not, or None.

    Args:
        docker: the client.
        tag: an image that the engine has.
        environment: where the client finds the engine.
    """
    before = _id(docker, tag, environment)
    try:
        archive = _levelled(*_saved(docker, tag, environment))
    except (KeyError, ValueError, tarfile.TarError) as exc:
        return f"cannot read what `docker save` writes: {exc!r}"
    loaded = _run([docker, "load", "--quiet"], environment, archive)
    if loaded.returncode:
        return loaded.stderr.decode(errors="replace").strip()
    if before != _id(docker, tag, environment):
        _run([docker, "image", "rm", before], environment)  # it has no name any more
    return None


def _id(docker: str, tag: str, environment: Mapping[str, str]) -> str:
    return (
        _run([docker, "image", "inspect", "--format", "{{.Id}}", tag], environment)
        .stdout.decode()
        .strip()
    )


def _run(
    command: list[str], environment: Mapping[str, str], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, env=environment, input=given, capture_output=True, check=False)


def _saved(
    docker: str, tag: str, environment: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The manifest and the configuration, as `docker save` tells them."""
    with (
        subprocess.Popen([docker, "save", tag], env=environment, stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as tar,
    ):
        small = {
            entry.name: file.read()
            for entry in tar
            if entry.size < SMALL and (file := tar.extractfile(entry))
        }
    (manifest,) = json.loads(small[MANIFEST])
    return manifest, json.loads(small[manifest["Config"]])


def _levelled(manifest: dict[str, Any], config: dict[str, Any]) -> bytes:
    """What `docker load` takes: without the layers, which it looks for by their digests first."""
    for told in (config, *config["history"]):
        told["created"] = MOMENT
    text = json.dumps(config, sort_keys=True, separators=(",", ":")).encode()
    name = f"{hashlib.sha256(text).hexdigest()}.json"
    again = [{**manifest, "Config": name}]
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for file, content in ((name, text), (MANIFEST, json.dumps(again).encode())):
            entry = tarfile.TarInfo(file)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()
