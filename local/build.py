"""`make image`: build the image as a stage wants it, with this machine's container engine.

The Dockerfile smoke-tests what it builds: an image that cannot answer the probes is none.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from local import base_image, build_cache, build_times, paths
from local.errors import CannotRun
from stacks.settings import Settings, SettingsError, load
from stacks.stage_values import DOCKERFILE, PLATFORMS

CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE")
# Lambda refuses an index of manifests, which is what an attestation makes of an image.
ENGINE = {"DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


def arguments(
    settings: Settings, *, tag: str, environment: Mapping[str, str], base: str | None = None
) -> list[str]:
    """What follows `docker` on the command line; to be run in the repository's root.

    Args:
        settings: the stage that says base image, handler command and processor.
        tag: the image's name.
        environment: where the package index's certificate may be named (`PIP_CERT`).
        base: another base image than the stage's.
    """
    build_args = settings.image.build_args(settings.function)
    if base:
        build_args["BASE_IMAGE"] = base
    certificates = next((environment[n] for n in CERTIFICATES if environment.get(n)), None)
    return [
        *("build", "--progress=plain", "--file", DOCKERFILE, "--tag", tag),
        *("--platform", PLATFORMS[settings.function.architecture]),
        *(part for item in build_args.items() for part in ("--build-arg", "=".join(item))),
        *(("--secret", f"id=pip_cert,src={certificates}") if certificates else ()),
        ".",
    ]


def main() -> int:
    """Build; return the engine's exit code, or 2 when there is nothing to build with."""
    parser = argparse.ArgumentParser(prog="python -m local.build", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--tag", required=True, help="the image's name, as backend:1")
    parser.add_argument("--cache", help="where dear layers are kept, as REGISTRY/REPOSITORY")
    options = parser.parse_args()
    docker = shutil.which("docker")
    if docker is None:
        return _cannot("no container engine: install docker")
    if not options.tag:
        return _cannot("the image has no name: say TAG=backend:1")
    try:
        settings = load(options.stage)
    except SettingsError as exc:
        return _cannot(str(exc))
    environment = os.environ | ENGINE
    try:
        base = base_image.chosen(docker, settings, environment=environment)
    except CannotRun as exc:
        return _cannot(f"base image: {exc}; {exc.todo}")

    def command(tag: str) -> list[str]:
        return arguments(settings, tag=tag, environment=environment, base=base)

    if options.cache:
        build_cache.restore(
            docker, command, cache=options.cache, environment=environment, context=paths.ROOT
        )
    code = subprocess.call([docker, *command(options.tag)], cwd=paths.ROOT, env=environment)
    if not code and (why := build_times.level(docker, options.tag, environment=environment)):
        sys.stderr.write(f"image: the time of the build stays in its digest: {why}\n")
    return code


def _cannot(reason: str) -> int:
    sys.stderr.write(f"image: {reason}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
