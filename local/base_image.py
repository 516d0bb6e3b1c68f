"""The base image by its digest: what a tag means today, and in the build that follows.

    python -m local.base_image --stage prod

prints the line that pins it: `make image-base`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

from local.errors import CannotRun
from stacks.settings import Settings, SettingsError, load

PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")


def chosen(docker: str, settings: Settings, *, environment: Mapping[str, str]) -> str:
    """The stage's base image, or this machine's `BASE_IMAGE`, by its digest; raises CannotRun."""
    base = environment.get("BASE_IMAGE") or settings.image.base
    return pinned(docker, base, environment=environment)


def pinned(
    docker: str, base: str, *, environment: Mapping[str, str], is_fresh: bool = False
) -> str:
    """`NAME:TAG@sha256:…` of a base image; as it is where no registry has it.

    An image that the engine has already is taken as it is there: so does the build.

    Args:
        docker: the client.
        base: the image, by tag or by digest.
        environment: where the client finds the engine.
        is_fresh: ask the registry, whatever the engine has.

    Raises:
        CannotRun: the engine does not have it and cannot get it.
    """
    if PINNED.search(base):
        return base
    digests = None if is_fresh else _digests(docker, base, environment)
    if digests is None:
        _run(docker, environment, "pull", "--quiet", base)
        digests = _digests(docker, base, environment) or []
    name = base.rpartition(":")[0] if ":" in base.rpartition("/")[2] else base
    found = [digest for digest in digests if digest.startswith(f"{name}@")]
    return f"{base}@{found[0].partition('@')[2]}" if found else base


def _digests(docker: str, image: str, environment: Mapping[str, str]) -> list[str] | None:
    """What registries call an image of the engine; None where it has none of that name."""
    try:
        said = _run(
            docker, environment, "image", "inspect", "--format", "{{json .RepoDigests}}", image
        )
    except CannotRun:
        return None
    found: list[str] | None = json.loads(said)
    return found or []


def _run(docker: str, environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [docker, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"docker {arguments[0]}: {done.returncode}"]
        raise CannotRun(said[-1], "is the engine running, and the name right?")
    return done.stdout


def main() -> int:
    """Print the line for the stage's file; returns the exit code: 2 when it cannot be told."""
    parser = argparse.ArgumentParser(prog="python -m local.base_image", description=__doc__)
    parser.add_argument("--stage", required=True)
    docker = shutil.which("docker")
    try:
        base = load(parser.parse_args().stage).image.base.partition("@")[0]
        if docker is None:
            raise CannotRun("no container engine", "install docker")
        found = pinned(docker, base, environment=os.environ, is_fresh=True)
        if found == base:
            raise CannotRun(f"{base} has no digest of a registry", "name one that a registry has")
    except (CannotRun, SettingsError) as exc:
        todo = f"; {exc.todo}" if isinstance(exc, CannotRun) else ""
        sys.stderr.write(f"image-base: {exc}{todo}\n")
        return 2
    sys.stdout.write(f'base = "{found}"\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
