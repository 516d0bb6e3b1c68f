"""The canary run by hand, against a served backend and the emulator's CloudWatch."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from local.emulator import Emulator
from stacks.settings import ROOT
from stacks.stage_probes import probe_names
from tests.canary.conftest import EMAIL, PASSWORD, Backend

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "lambda_src" / "canary" / "canary.py"
USER = {"PROBE_EMAIL": EMAIL, "PROBE_PASSWORD": PASSWORD}
NOWHERE = "http://127.0.0.1:9"


class Run:
    """One run under a stage of its own, so that runs do not see each other's metrics."""

    def __init__(self, url: str, environment: dict[str, str], *more: str) -> None:
        self.stage = f"test-{uuid.uuid4().hex[:8]}"
        options = ["--url", url, "--stage", self.stage, "--pause", "0.1", *more]
        command = [sys.executable, str(SCRIPT), *options]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        self.code, self.output, self.errors = done.returncode, done.stdout, done.stderr
        assert "Traceback" not in self.errors
        assert PASSWORD not in self.output + self.errors
        assert "secret-a" not in self.output + self.errors

    def metric(self, aws: Emulator, name: str, probe: str | None) -> list[float]:
        """The values of a metric that this run reported: of a probe, or of the stage."""
        client = aws.session().client("cloudwatch", endpoint_url=aws.url)
        now = datetime.now(UTC)
        points = client.get_metric_statistics(
            Namespace="CredMate/Probes",
            MetricName=name,
            Dimensions=[
                {"Name": "Stage", "Value": self.stage},
                *([{"Name": "Probe", "Value": probe}] if probe else ()),
            ],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        return [point["Maximum"] for point in points]

    def failed(self, aws: Emulator) -> dict[str, list[float]]:
        return {probe: self.metric(aws, "ProbeFailed", probe) for probe in probe_names()}


def secret(aws: Emulator, text: str) -> str:
    client = aws.session().client("secretsmanager", endpoint_url=aws.url)
    name = f"test/{uuid.uuid4().hex}"
    return str(client.create_secret(Name=name, SecretString=text)["ARN"])


def test_right_answers_are_reported_as_such(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    run = Run(backend.url, environment | USER)
    assert (run.code, run.errors) == (0, "")
    assert run.output.splitlines()[-1] == "4 probes answered rightly"
    assert run.failed(aws) == {probe: [0] for probe in probe_names()}
    (duration,) = run.metric(aws, "ProbeDuration", "login")
    assert 0 < duration < 10_000


def test_a_first_failure_is_a_metric_of_its_own(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    backend.shaky.add("/ready")
    run = Run(backend.url, environment | USER)
    assert run.code == 0
    assert "; asked again" in run.output
    assert run.failed(aws) == {probe: [0] for probe in probe_names()}
    retried = {probe: run.metric(aws, "ProbeRetried", probe) for probe in probe_names()}
    assert retried == {"health": [0], "ready": [1], "login": [0], "compression": [0]}
    assert run.metric(aws, "ProbeRetried", None) == [1]


def test_a_broken_login_is_reported_as_that_and_nothing_else(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    run = Run(backend.url, environment | USER | {"PROBE_PASSWORD": "an older password"})
    assert run.code == 1
    assert "login: failed: status is 401, not 200" in run.output
    assert "an older password" not in run.output
    assert run.failed(aws) == {"health": [0], "ready": [0], "login": [1], "compression": [0]}


def test_a_login_whose_token_opens_nothing_is_none(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    backend.broken.add("/api/v1/users/me")
    run = Run(backend.url, environment | USER)
    assert run.code == 1
    assert "login: failed: then GET /api/v1/users/me: status is 500, not 200" in run.output
    assert "secret-" not in run.output
    assert run.failed(aws) == {"health": [0], "ready": [0], "login": [1], "compression": [0]}


def test_a_backend_that_is_not_there_fails_every_probe(
    aws: Emulator, environment: dict[str, str]
) -> None:
    run = Run(NOWHERE, environment | USER)
    assert run.code == 1
    final = [line for line in run.output.splitlines() if line.endswith(" ms)")]
    assert len([line for line in final if "refused the connection" in line]) == len(probe_names())
    assert run.failed(aws) == {probe: [1] for probe in probe_names()}


def test_a_probe_that_hangs_fails_and_the_others_are_still_asked(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    backend.slow.add("/ready")
    run = Run(backend.url, environment | USER, "--timeout", "0.5")
    assert run.code == 1
    assert run.failed(aws) == {"health": [0], "ready": [1], "login": [0], "compression": [0]}


def test_the_user_is_read_from_the_secret(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    arn = secret(aws, json.dumps({"email": EMAIL, "password": PASSWORD}))
    assert Run(backend.url, environment | {"PROBE_SECRET_ARN": arn}).code == 0


@pytest.mark.parametrize("text", ["correct horse", "[]", '{"email": "correct horse"}'])
def test_a_secret_of_another_shape_is_named_and_not_shown(
    backend: Backend, aws: Emulator, environment: dict[str, str], text: str
) -> None:
    arn = secret(aws, text)
    run = Run(backend.url, environment | {"PROBE_SECRET_ARN": arn})
    assert run.code == 2
    assert run.errors == f'canary: {arn}: not a JSON object with "email" and "password"\n'


def test_a_secret_that_is_not_there_is_silence_and_exit_2(
    backend: Backend, aws: Emulator, environment: dict[str, str]
) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:none-AbCdEf"
    run = Run(backend.url, environment | {"PROBE_SECRET_ARN": arn})
    assert run.code == 2
    assert run.errors.startswith(f"canary: {arn}: cannot be read: ")
    assert run.failed(aws) == {probe: [] for probe in probe_names()}


def test_without_a_user_nothing_is_asked(backend: Backend, environment: dict[str, str]) -> None:
    run = Run(backend.url, environment | {"PROBE_EMAIL": EMAIL})
    assert run.code == 2
    assert "PROBE_SECRET_ARN" in run.errors
    assert run.output == ""


def test_a_url_that_is_none_is_named(environment: dict[str, str]) -> None:
    run = Run("api.credmate.example", environment | USER)
    assert run.code == 2
    assert run.errors.count("\n") == 1


def test_cloudwatch_out_of_reach_is_exit_2(backend: Backend, environment: dict[str, str]) -> None:
    run = Run(backend.url, environment | USER | {"AWS_ENDPOINT_URL": NOWHERE})
    assert run.code == 2
    assert run.errors.startswith("canary: metrics cannot be reported: ")
