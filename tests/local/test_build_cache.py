"""A cache that fails is told, and stops nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import build_cache, paths


def docker(folder: Path, code: int) -> str:
    """A client that says what it was asked, and ends with a code."""
    program = folder / "docker"
    program.write_text(f'#!/bin/sh\necho "docker $*"\nexit {code}\n')
    program.chmod(0o755)
    return str(program)


def test_each_target_is_asked_for_under_its_own_tag(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build_cache.restore(
        docker(tmp_path, 0),
        lambda tag: ["build", "--tag", tag, "."],
        cache="registry.test/cache",
        environment=os.environ,
        context=tmp_path,
    )
    first, second = capfd.readouterr().out.splitlines()
    assert first == (
        "docker build --target packages --cache-from registry.test/cache:packages "
        "--build-arg BUILDKIT_INLINE_CACHE=1 --tag registry.test/cache:packages ."
    )
    assert second == first.replace("packages", "server")


def test_what_cannot_be_restored_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    build_cache.restore(
        docker(tmp_path, 7),
        lambda tag: ["build", "--tag", tag, "."],
        cache="registry.test/cache",
        environment=os.environ,
        context=tmp_path,
    )
    assert capfd.readouterr().err.splitlines() == [
        "image: cache: packages cannot be had (7); going on without",
        "image: cache: server cannot be had (7); going on without",
    ]


@pytest.mark.parametrize("has_engine", [True, False])
def test_what_cannot_be_kept_is_told_and_no_failure(tmp_path: Path, has_engine: bool) -> None:
    if has_engine:
        docker(tmp_path, 1)
    done = subprocess.run(
        [sys.executable, "-m", "local.build_cache", "--cache", "registry.test/cache"],
        cwd=paths.ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    told = "cannot be kept (1)" if has_engine else "no container engine"
    assert all(told in line for line in done.stderr.splitlines())
    assert done.stderr
