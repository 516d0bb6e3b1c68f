"""Build the backend's image, push it to the emulator's registry, name it by its digest."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from local import build, paths, processes
from local.engine import base
from local.engine.daemon import DOCKER, Engine
from local.errors import CannotRun, RoadError
from stacks.settings import Settings

DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
FAILED = re.compile(r"^#(\d+) ERROR", re.MULTILINE)
FOUND = re.compile(r"^smoke: \d+ findings?$", re.MULTILINE)


def make(
    engine: Engine,
    settings: Settings,
    *,
    tag: str,
    base_image: str,
    context: Path = paths.ROOT,
    more: Sequence[str] = (),
) -> None:
    """Build the image as the stage wants it; the Dockerfile smoke-tests it.

    Args:
        engine: that builds it.
        settings: the stage.
        tag: the image's name.
        base_image: what it stands on.
        context: the repository, or a copy of what .dockerignore names.
        more: options of `docker build`.

    Raises:
        RoadError: the smoke test found something, and what.
        CannotRun: it cannot be built for another reason.
    """
    environment = engine.environment() | build.ENGINE
    command = build.arguments(settings, tag=tag, environment=environment, base=base_image)
    command[1:1] = more
    done = processes.run([DOCKER, *command], environment=environment, cwd=context)
    if done.returncode:
        words = _failed_step(done.stdout)
        error = RoadError if FOUND.search(words) else CannotRun
        raise error(f"the image cannot be built:\n{words}", "mend what it names")


def _failed_step(printed: str) -> str:
    """What the step printed that ended the build; all of it where no step says so."""
    failed = FAILED.search(printed)
    lines = re.findall(rf"^#{failed[1]} [0-9.]+ (.*)$", printed, re.MULTILINE) if failed else []
    return "\n".join(lines or printed.strip().splitlines()[-15:])


def push(engine: Engine, *, tag: str) -> str:
    """Push a tag and return the digest that the registry knows it by."""
    found = DIGEST.search(engine.docker("push", tag))
    if found is None:
        raise CannotRun(f"pushing {tag} told no digest", "look at the engine's log")
    return found.group(1)


def choose_base(engine: Engine, settings: Settings) -> str:
    """The stage's base image where it can be had, else the stand-in made from this machine."""
    chosen = os.environ.get("BASE_IMAGE") or settings.image.base
    try:
        engine.docker("pull", "--quiet", chosen)
    except CannotRun:
        return base.ensure(engine)
    return chosen


def smoke(engine: Engine, *, tag: str) -> list[str]:
    """Ask every probe of the image, before anybody else gets it; returns what the gate said.

    Raises:
        RoadError: a probe was answered wrong.
        CannotRun: the gate could not look.
    """
    done = processes.run(
        [str(paths.BIN / "python"), "-m", "gate", "smoke", "--image", tag],
        environment=engine.environment(),
        cwd=paths.ROOT,
    )
    if done.returncode:
        error = RoadError if done.returncode == 1 else CannotRun
        raise error(f"gate smoke --image:\n{done.stdout}", "mend what it names")
    return done.stdout.splitlines()
