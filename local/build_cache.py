"""What is dear of the image, kept in a registry between builds on machines that keep nothing.

    python -m local.build_cache --cache REGISTRY/REPOSITORY

pushes what `make image CACHE=…` has built. A cache that is not there, or broken, costs time and
nothing else: BuildKit checks each layer's digest and makes anew what it cannot have.
docs/decisions/0009-build-cache.md says who may write to it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# Stages of the Dockerfile whose last layer is the dear one: BuildKit does not find a layer again
# whose next one changed (moby/buildkit#3660).
TARGETS = ("packages", "server")


def restore(
    docker: str,
    command: Callable[[str], Sequence[str]],
    *,
    cache: str,
    environment: Mapping[str, str],
    context: Path,
) -> None:
    """Have the engine know what the cache knows; what follows finds it there.

    Args:
        docker: the client.
        command: the arguments of the build that follows, for another name of its image.
        cache: the repository, `REGISTRY/REPOSITORY`; a tag for each target.
        environment: where the client finds the engine.
        context: the folder of the build.
    """
    for target in TARGETS:
        image = f"{cache}:{target}"
        verb, *options = command(image)
        # The keys of the layers go into the image: this BuildKit keeps them nowhere else.
        more = ("--target", target, "--cache-from", image, "--build-arg", "BUILDKIT_INLINE_CACHE=1")
        if code := subprocess.call([docker, verb, *more, *options], cwd=context, env=environment):
            _tell(f"{target} cannot be had ({code}); going on without")


def keep(docker: str, cache: str) -> None:
    """Push what was restored or made; what cannot be pushed is made again by the next build."""
    for target in TARGETS:
        if code := subprocess.call([docker, "push", "--quiet", f"{cache}:{target}"]):
            _tell(f"{target} cannot be kept ({code}); the next build makes it again")


def _tell(what: str) -> None:
    sys.stderr.write(f"image: cache: {what}\n")


def main() -> int:
    """Push; returns 0, whatever became of it: a cache is no reason to stop a release."""
    parser = argparse.ArgumentParser(prog="python -m local.build_cache", description=__doc__)
    parser.add_argument("--cache", required=True, help="the repository, REGISTRY/REPOSITORY")
    cache, docker = parser.parse_args().cache, shutil.which("docker")
    if docker:
        keep(docker, cache)
    else:
        _tell("nothing is kept: no container engine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
