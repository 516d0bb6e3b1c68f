"""Build the backend's image, push it to the emulator's registry, name it by its digest."""

from __future__ import annotations

import os
import re

from local import paths, processes
from local.engine import base
from local.engine.daemon import Engine
from local.errors import CannotRun, RoadError

DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
REAL_BASE = re.compile(r"^ARG BASE_IMAGE=(\S+)$", re.MULTILINE)
CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE")


def build(engine: Engine, *, base_image: str, tag: str) -> None:
    """Build `lambda_src/backend/Dockerfile`.

    Raises:
        CannotRun: the build failed; with its last lines.
    """
    certificates = next((os.environ[n] for n in CERTIFICATES if os.environ.get(n)), None)
    secret = ("--secret", f"id=pip_cert,src={certificates}") if certificates else ()
    engine.docker(
        "build", "--progress=plain", "--build-arg", f"BASE_IMAGE={base_image}", *secret,
        "--tag", tag, str(paths.BACKEND),
    )  # fmt: skip


def push(engine: Engine, *, tag: str) -> str:
    """Push a tag and return the digest that the registry knows it by."""
    found = DIGEST.search(engine.docker("push", tag))
    if found is None:
        raise CannotRun(f"pushing {tag} told no digest", "look at the engine's log")
    return found.group(1)


def choose_base(engine: Engine) -> str:
    """The Dockerfile's own base where it can be had, else the stand-in made from this machine."""
    real = REAL_BASE.search((paths.BACKEND / "Dockerfile").read_text())
    if real is None:
        raise CannotRun(
            "the Dockerfile has no BASE_IMAGE default", f"see {paths.BACKEND}/Dockerfile"
        )
    chosen = os.environ.get("BASE_IMAGE") or real.group(1)
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
