"""`make provenance`, `make attach-provenance`: say where an image comes from, beside it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local import base_image, build, paths
from local.errors import CannotRun, RoadError
from local.provenance import registry
from local.provenance.statement import PREDICATE, Source, statement
from stacks.settings import Settings, SettingsError, load
from stacks.stage_values import DOCKERFILE, PLATFORMS

FILE = "build/reports/provenance.json"
KIND = "application/vnd.in-toto+json"


def main() -> int:
    """Write the statement or attach it; returns the exit code: 2 when it cannot."""
    options = _options()
    try:
        if options.what == "write":
            _write(options.image, load(options.stage), Path(options.file))
        else:
            _attach(options.image, Path(options.file))
    except (RoadError, SettingsError) as exc:
        todo = f"; {exc.todo}" if isinstance(exc, RoadError) else ""
        sys.stderr.write(f"provenance: {exc}{todo}\n")
        return 2
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.provenance", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    for name, helps in (("write", "write the statement"), ("attach", "push it beside the image")):
        command = commands.add_parser(name, help=helps)
        command.add_argument("--image", required=True, help="REGISTRY/NAME@sha256:…")
        command.add_argument("--file", default=FILE, help="default: %(default)s")
        if name == "write":
            command.add_argument("--stage", required=True)
    return parser.parse_args()


def _write(image: str, settings: Settings, file: Path) -> None:
    if settings.pipeline is None:
        raise CannotRun(
            f"stage {settings.stage} has no [pipeline], which says whose source this is",
            "name the stage that has one",
        )
    source = Source(settings.pipeline.repository, settings.pipeline.branch, _commit(), paths.ROOT)
    said = statement(image, source=source, arguments=_arguments(settings), environment=os.environ)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said, indent=2) + "\n")
    sys.stdout.write(f"provenance: {file}: commit {source.commit}\n")


def _arguments(settings: Settings) -> dict[str, str]:
    """What `make image` builds with; the same engine names the same base."""
    docker = shutil.which("docker")
    if docker is None:
        raise CannotRun("no container engine", "install docker")
    environment = os.environ | build.ENGINE
    return {
        "stage": settings.stage,
        "dockerfile": DOCKERFILE,
        "platform": PLATFORMS[settings.function.architecture],
        **settings.image.build_args(settings.function),
        "BASE_IMAGE": base_image.chosen(docker, settings, environment=environment),
    }


def _commit() -> str:
    """The commit of the checkout, which must hold it and nothing else."""
    if changed := _git("status", "--porcelain"):
        raise CannotRun(
            f"the checkout has changes that no commit has: {changed.splitlines()[0].strip()}",
            "commit them, and build from that",
        )
    return _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - as people call it
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(f"git {arguments[0]}: {done.stderr.strip()}", "run it in a git checkout")
    return done.stdout.strip()


def _attach(image: str, file: Path) -> None:
    name, _, digest = image.partition("@")
    try:
        content = file.read_bytes()
        (subject,) = json.loads(content)["subject"]
    except (OSError, ValueError, LookupError, TypeError) as exc:
        raise CannotRun(f"{file}: no statement: {exc!r}", "run make provenance first") from exc
    if subject.get("digest") != {"sha256": digest.removeprefix("sha256:")}:
        raise CannotRun(f"{file}: is not about {image}", "write it for this image")
    annotations = {"in-toto.io/predicate-type": PREDICATE}
    own = registry.attach(
        registry.repository(name), digest, content, kind=KIND, annotations=annotations
    )
    sys.stdout.write(f"provenance: {name}@{own} is about {digest}\n")


if __name__ == "__main__":
    sys.exit(main())
