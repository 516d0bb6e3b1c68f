"""The package as Synthetics runs it: unpacked from its zip, under a stand-in of the library.

The stand-in has the one documented name that the canary uses: `aws_synthetics.common` with a
`synthetics_logger` that takes `info(message)`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.emulator import Emulator
from stacks.components.canary_package import HANDLER, package
from tests.canary.conftest import EMAIL, PASSWORD, Backend

pytestmark = pytest.mark.slow

LIBRARY = """\
class _Logger:
    def info(self, message, *args, **kwargs):
        print("LOGGED", message)

synthetics_logger = _Logger()
"""
# What Synthetics does: import the handler by its name and call it.
RUNNER = """\
import importlib, sys
module, function = sys.argv[1].split(".")
print("RETURNED", getattr(importlib.import_module(module), function)({}, None))
"""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The layer's folder, from a zip, and nothing of the checkout."""
    archive = shutil.make_archive(str(tmp_path / "code"), "zip", package(tmp_path / "package"))
    shutil.unpack_archive(archive, tmp_path / "opt")
    library = tmp_path / "library" / "aws_synthetics"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "common.py").write_text(LIBRARY)
    return tmp_path


def synthetics(
    folder: Path, environment: dict[str, str], **variables: str
) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'opt' / 'python'}:{folder / 'library'}"
    return subprocess.run(
        [sys.executable, "-P", "-c", RUNNER, HANDLER],
        env=environment | {"PYTHONPATH": path} | variables,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def variables(aws: Emulator, backend: Backend) -> dict[str, str]:
    client = aws.session().client("secretsmanager", endpoint_url=aws.url)
    value = json.dumps({"email": EMAIL, "password": PASSWORD})
    arn = client.create_secret(Name=f"test{backend.url[-5:]}/probe", SecretString=value)["ARN"]
    return {"PROBE_URL": backend.url, "PROBE_SECRET_ARN": arn, "STAGE": "test"}


def test_a_run_that_passes_returns(
    unpacked: Path, environment: dict[str, str], variables: dict[str, str]
) -> None:
    done = synthetics(unpacked, environment, **variables)
    assert done.returncode == 0, done.stderr
    assert "RETURNED 4 probes answered rightly" in done.stdout
    assert "LOGGED login: ok" in done.stdout


def test_a_run_that_fails_raises_with_the_probe_and_the_reason(
    unpacked: Path, backend: Backend, environment: dict[str, str], variables: dict[str, str]
) -> None:
    backend.broken.add("/api/v1/auth/login")
    done = synthetics(unpacked, environment, **variables)
    assert done.returncode == 1
    assert "ProbesFailed: login: failed: status is 500, not 200" in done.stderr
    assert "RETURNED" not in done.stdout


@pytest.mark.parametrize("name", ["PROBE_URL", "STAGE", "PROBE_SECRET_ARN"])
def test_a_variable_that_is_missing_fails_the_run_by_name(
    unpacked: Path, environment: dict[str, str], variables: dict[str, str], name: str
) -> None:
    del variables[name]
    done = synthetics(unpacked, environment, **variables)
    assert done.returncode == 1
    assert "CannotRun: " in done.stderr
    assert name in done.stderr


def test_no_secret_is_logged(
    unpacked: Path, backend: Backend, environment: dict[str, str], variables: dict[str, str]
) -> None:
    backend.broken.add("/api/v1/auth/login")
    done = synthetics(unpacked, environment, **variables)
    assert PASSWORD not in done.stdout + done.stderr
    assert "secret-a" not in done.stdout + done.stderr
