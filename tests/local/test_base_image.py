"""What a base image is called by its digest, as the engine tells it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import base_image, paths
from local.errors import CannotRun

TAG, DIGEST = "registry.test:5000/lambda/python:3.13", f"sha256:{'d' * 64}"
OTHER = f"elsewhere.test/python@sha256:{'e' * 64}"


def docker(folder: Path, inspect: str, *, pull: int = 0) -> str:
    """A client whose `image inspect` prints something ("" fails) and whose `pull` ends so."""
    program = folder / "docker"
    told = f"echo '{inspect}'" if inspect else f"cat {folder}/pulled || exit 1"
    found = f'["{TAG.rpartition(":")[0]}@{DIGEST}"]'
    program.write_text(f"""#!/bin/sh
case "$1" in
image) {told};;
pull) echo '{found}' > {folder}/pulled; echo "no such host" >&2; exit {pull};;
esac
""")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("inspect", "is_fresh", "found"),
    [
        (f'["{OTHER}", "{TAG.rpartition(":")[0]}@{DIGEST}"]', False, f"{TAG}@{DIGEST}"),
        (f'["{OTHER}"]', False, TAG),
        ("null", False, TAG),
        ("", False, f"{TAG}@{DIGEST}"),
        ("", True, f"{TAG}@{DIGEST}"),
    ],
    ids=["of its registry", "of another name", "of no registry", "pulled", "pulled anyway"],
)
def test_the_digest_is_that_of_its_own_name(
    tmp_path: Path, inspect: str, is_fresh: bool, found: str
) -> None:
    client = docker(tmp_path, inspect)
    assert base_image.pinned(client, TAG, environment=os.environ, is_fresh=is_fresh) == found


def test_what_is_pinned_is_not_asked_for() -> None:
    pinned = f"{TAG}@{DIGEST}"
    assert base_image.pinned("/no/docker", pinned, environment={}) == pinned


def test_what_cannot_be_had_says_what_the_engine_says(tmp_path: Path) -> None:
    client = docker(tmp_path, "", pull=1)
    with pytest.raises(CannotRun, match="no such host"):
        base_image.pinned(client, TAG, environment=os.environ)


def image_base(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.base_image", "--stage", "prod"],
        cwd=paths.ROOT,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_image_base_prints_the_line_for_the_stage_file(tmp_path: Path) -> None:
    name = "public.ecr.aws/lambda/python"
    docker(tmp_path, f'["{name}@{DIGEST}"]')
    assert image_base(tmp_path).stdout == f'base = "{name}:3.13@{DIGEST}"\n'


@pytest.mark.parametrize("inspect", ["", "null"])
def test_make_image_base_says_in_one_line_why_not(tmp_path: Path, inspect: str) -> None:
    docker(tmp_path, inspect, pull=0 if inspect else 1)
    done = image_base(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("image-base: ")
