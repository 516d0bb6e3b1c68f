"""`make image`: the engine's command line, and a clear line where it cannot build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local import build, paths
from stacks.settings import Settings, load


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load("prod")


def pairs(arguments: list[str], option: str) -> list[str]:
    return [arguments[n + 1] for n, word in enumerate(arguments) if word == option]


def test_what_is_built_comes_from_the_stage(settings: Settings) -> None:
    arguments = build.arguments(settings, tag="backend:1", environment={})
    assert pairs(arguments, "--platform") == ["linux/amd64"]
    assert pairs(arguments, "--tag") == ["backend:1"]
    assert sorted(pairs(arguments, "--build-arg")) == [
        f"BASE_IMAGE={settings.image.base}",
        f"HANDLER={settings.function.command}",
    ]
    assert pairs(arguments, "--secret") == []
    assert (paths.ROOT / pairs(arguments, "--file")[0]).is_file()


def test_another_processor_another_platform(settings: Settings) -> None:
    function = settings.function.model_copy(update={"architecture": "arm64"})
    arm = settings.model_copy(update={"function": function})
    arguments = build.arguments(arm, tag="backend:1", environment={})
    assert pairs(arguments, "--platform") == ["linux/arm64"]


def test_a_base_and_a_certificate_of_this_machine(settings: Settings) -> None:
    environment = {"PIP_CERT": "", "SSL_CERT_FILE": "/certificates.pem"}
    arguments = build.arguments(settings, tag="t", environment=environment, base="own:1")
    assert "BASE_IMAGE=own:1" in pairs(arguments, "--build-arg")
    assert pairs(arguments, "--secret") == ["id=pip_cert,src=/certificates.pem"]


@pytest.mark.parametrize(
    ("options", "path", "says"),
    [
        (("--stage", "dev", "--tag", "t"), "", "no container engine: install docker"),
        (("--stage", "dev", "--tag", ""), "docker", "the image has no name: say TAG="),
        (("--stage", "none", "--tag", "t"), "docker", "no stage 'none'"),
    ],
)
def test_what_cannot_be_built_is_one_line(
    tmp_path: Path, options: tuple[str, ...], path: str, says: str
) -> None:
    if path:
        (tmp_path / path).write_text("#!/bin/sh\nexit 99\n")
        (tmp_path / path).chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "local.build", *options],
        cwd=paths.ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert says in line
