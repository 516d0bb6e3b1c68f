"""Whether Lambda would take an image at all: seen before anything runs."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gate.report import CannotLook, Finding
from gate.rie.engine import Engine

# An engine's name of a machine → Lambda's.
ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
REGISTRY_SECONDS = 20
NOT_LOOKED = "whether the registry holds an index there, which Lambda refuses, is not seen"


@dataclass(frozen=True)
class Image:
    """What the engine says about an image; `command`, `entry_point` and so on are its own."""

    reference: str
    entry_point: tuple[str, ...]
    command: tuple[str, ...]
    machine: str
    media_type: str
    digests: tuple[str, ...]
    working_directory: str = "/"
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def architecture(self) -> str:
        """The architecture, by Lambda's name for it."""
        return ARCHITECTURES.get(self.machine, self.machine)


def find(engine: Engine, reference: str) -> Image:
    """Look an image up in the engine, which must have it; raises CannotLook."""
    said: dict[str, Any] = json.loads(engine.run("image", "inspect", reference))[0]
    config = said.get("Config") or {}
    return Image(
        reference,
        entry_point=tuple(config.get("Entrypoint") or ()),
        command=tuple(config.get("Cmd") or ()),
        machine=said["Architecture"],
        media_type=(said.get("Descriptor") or {}).get("mediaType", ""),
        digests=tuple(said.get("RepoDigests") or ()),
        working_directory=config.get("WorkingDir") or "/",
        variables=dict(one.split("=", 1) for one in config.get("Env") or () if "=" in one),
    )


def look(engine: Engine, image: Image, architecture: str) -> tuple[list[Finding], list[str]]:
    """Return what makes Lambda refuse an image for an architecture, and what was not seen."""
    findings = list(_architecture(image, architecture))
    media_type = image.media_type
    notes = []
    if media_type not in INDEXES and (registered := _registered(image)):
        in_registry = _in_registry(engine, registered)
        notes = [] if in_registry else [f"{registered}: {NOT_LOOKED}"]
        media_type = in_registry or media_type
    if media_type in INDEXES:
        findings.append(_index(image, media_type))
    return findings, notes


def _architecture(image: Image, architecture: str) -> Iterator[Finding]:
    if image.architecture != architecture:
        named = {ours: theirs for theirs, ours in ARCHITECTURES.items()}
        yield Finding(
            "smoke.image-architecture",
            f"{image.reference} is built for {image.architecture}, and the function runs on "
            f"{architecture}",
            fix=f"build it with --platform linux/{named[architecture]}, or say --architecture",
        )


def contradicts(image: Image, handler: str) -> list[Finding]:
    """Return what is wrong when an image brings another command than the settings say."""
    if not handler or image.command in ((), (handler,)):
        return []
    return [
        Finding(
            "smoke.image-command",
            f"{image.reference} starts {' '.join(image.command)} (CMD), and [tool.gate] handler "
            f"says {handler}: which of them runs is not said",
            fix="write it once: take CMD out of the Dockerfile, or handler out of the settings; "
            "or say --template, where the function has a command of its own",
        )
    ]


def _index(image: Image, media_type: str) -> Finding:
    return Finding(
        "smoke.image-index",
        f"{image.reference} names an index of several images ({media_type}), which Lambda refuses",
        fix="build it for one platform without attestations (--provenance=false), or name the "
        "digest of the one image",
    )


def _registered(image: Image) -> str:
    """Return the name by which a registry knows the image; empty when it is known here alone."""
    if "@" in image.reference:
        return image.reference
    return next(iter(image.digests), "")


def _in_registry(engine: Engine, reference: str) -> str:
    """Return the media type of what a registry holds; empty when it cannot be asked."""
    enabled = {"DOCKER_CLI_EXPERIMENTAL": "enabled"}  # older engines ask for it
    for insecure in ([], ["--insecure"]):
        try:
            text = engine.run(
                *("manifest", "inspect", *insecure, reference),
                environment=enabled,
                timeout=REGISTRY_SECONDS,
            )
            said = json.loads(text)
        except (CannotLook, ValueError):
            continue
        return str(said.get("mediaType") or _guessed(said))
    return ""


def _guessed(manifest: dict[str, Any]) -> str:
    # OCI lets a manifest leave its type out.
    return INDEXES[0] if "manifests" in manifest else ""


def of_machine() -> str:
    """Return the architecture of this machine, by Lambda's name for it."""
    machine = platform.machine().lower()
    return {"aarch64": "arm64", "amd64": "x86_64"}.get(machine, machine)
