"""The package as Synthetics runs it: unpacked from its zip, under a stand-in of the library.

The stand-in has the one documented name that the canary uses: `aws_synthetics.common` with a
`synthetics_logger` that takes `info(message)`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.canary.conftest import PASSWORD, Backend, synthetics

pytestmark = pytest.mark.slow


def test_a_run_that_passes_returns(
    unpacked: Path, environment: dict[str, str], variables: dict[str, str]
) -> None:
    done = synthetics(unpacked, environment, variables)
    assert done.returncode == 0, done.stderr
    assert "RETURNED 4 probes answered rightly" in done.stdout
    assert "LOGGED login: ok" in done.stdout


def test_a_run_that_fails_raises_with_the_probe_and_the_reason(
    unpacked: Path, backend: Backend, environment: dict[str, str], variables: dict[str, str]
) -> None:
    backend.broken.add("/api/v1/auth/login")
    done = synthetics(unpacked, environment, variables)
    assert done.returncode == 1
    assert "ProbesFailed: login: failed: status is 500, not 200" in done.stderr
    assert "RETURNED" not in done.stdout


@pytest.mark.parametrize("name", ["PROBE_URL", "STAGE", "PROBE_SECRET_ARN"])
def test_a_variable_that_is_missing_fails_the_run_by_name(
    unpacked: Path, environment: dict[str, str], variables: dict[str, str], name: str
) -> None:
    del variables[name]
    done = synthetics(unpacked, environment, variables)
    assert done.returncode == 1
    assert "CannotRun: " in done.stderr
    assert name in done.stderr


def test_no_secret_is_logged(
    unpacked: Path, backend: Backend, environment: dict[str, str], variables: dict[str, str]
) -> None:
    backend.broken.add("/api/v1/auth/login")
    done = synthetics(unpacked, environment, variables)
    assert PASSWORD not in done.stdout + done.stderr
    assert "secret-a" not in done.stdout + done.stderr


def test_a_probe_that_fails_once_is_asked_again_and_passes(
    unpacked: Path, backend: Backend, environment: dict[str, str], variables: dict[str, str]
) -> None:
    backend.shaky.add("/api/v1/auth/login")
    done = synthetics(unpacked, environment, variables)
    assert done.returncode == 0, done.stderr
    assert "status is 500, not 200: broken on purpose" in done.stdout
    assert "LOGGED login: ok" in done.stdout


def test_a_wrong_answer_is_kept_without_what_is_secret_in_it(
    unpacked: Path, backend: Backend, environment: dict[str, str], variables: dict[str, str]
) -> None:
    backend.broken.add("/api/v1/auth/login")
    done = synthetics(unpacked, environment, variables)
    logged = [line.removeprefix("LOGGED ") for line in done.stdout.splitlines()]
    kept = [json.loads(line)["evidence"] for line in logged if line.startswith('{"evidence"')]
    assert [each["status"] for each in kept] == [500, 500]
    assert kept[0]["request"]["path"] == "/api/v1/auth/login"
    assert kept[0]["body"] == {"detail": "broken on purpose", "session": "***"}
    assert PASSWORD not in done.stdout
