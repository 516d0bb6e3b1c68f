"""The canary: ask every probe, report each as a metric, and fail when one of them failed.

In AWS CloudWatch Synthetics runs `handler` every minute. By hand, against any URL:

    PROBE_EMAIL=… PROBE_PASSWORD=… python lambda_src/canary/canary.py --url https://api.example.com

Environment: `PROBE_EMAIL` and `PROBE_PASSWORD`, or `PROBE_SECRET_ARN` of a secret
{"email", "password"}; in Synthetics also `PROBE_URL` and `STAGE`.

Of the Synthetics library it uses the logger alone (`aws_synthetics.common.synthetics_logger`,
whose file becomes an artifact of the run). Not `execute_step`: it asks the browser for its URL,
and a canary of an API has none, so that every step would fail.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

HERE = Path(__file__).resolve().parent
# Packaged, the probes lie beside this file; in the checkout, two folders up.
HOME = HERE if (HERE / "probes").is_dir() else HERE.parent.parent
if str(HOME) not in sys.path:
    sys.path.insert(0, str(HOME))

from probes import ProbeError, Result, load, url  # noqa: E402 - found by the lines above

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef

NAMESPACE = "CredMate/Probes"
PROBES = HOME / "probes.toml"
# Everything runs out of time, the secret, every probe and the metrics: even so a run ends in
# the canary's time limit, and says why.
PROBE_TIMEOUT_SECONDS = 7.0
AWS_ATTEMPTS, AWS_CONNECT_SECONDS, AWS_READ_SECONDS = 2, 2, 3
AWS_CONFIG = Config(
    connect_timeout=AWS_CONNECT_SECONDS,
    read_timeout=AWS_READ_SECONDS,
    retries={"total_max_attempts": AWS_ATTEMPTS},
)

Log = Callable[[str], object]


class CannotRun(Exception):  # noqa: N818 - the name says what happened
    """The probes could not be asked or reported; one line without any secret."""


class ProbesFailed(Exception):  # noqa: N818 - the name says what happened
    """At least one probe got a wrong answer or none; the message says which and why."""


def handler(event: object, context: object) -> str:  # noqa: ARG001 - Synthetics' signature
    """What Synthetics calls; an exception is a failed run."""
    # There is no such library outside Synthetics.
    from aws_synthetics.common import synthetics_logger  # type: ignore[import-not-found]  # noqa: PLC0415

    base_url, stage = _needed(os.environ, "PROBE_URL"), _needed(os.environ, "STAGE")
    return run(base_url, stage=stage, environ=os.environ, log=synthetics_logger.info)


def run(
    base_url: str,
    *,
    stage: str,
    environ: Mapping[str, str],
    log: Log,
    probes: Path = PROBES,
    timeout: float = PROBE_TIMEOUT_SECONDS,
) -> str:
    """Ask and report every probe; returns one line when all answers were right.

    Raises:
        ProbesFailed: a wrong answer, or none. The metrics are reported first.
        CannotRun: a variable, a secret or AWS is not there: nothing is reported, and the
            alarms take silence for a failure.
    """
    try:
        asked = load(probes, credentials(environ))
        results = url.run(base_url, asked, timeout)
    except ProbeError as exc:
        raise CannotRun(str(exc)) from exc
    for result in results:
        log(line(result))
    report(results, stage=stage)
    failed = [line(result) for result in results if result.reasons]
    if failed:
        raise ProbesFailed("; ".join(failed))
    return f"{len(results)} probes answered rightly"


def credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """The probe user's PROBE_EMAIL and PROBE_PASSWORD: given, or read from the secret."""
    names = ("PROBE_EMAIL", "PROBE_PASSWORD")
    if all(environ.get(name) for name in names):
        return {name: environ[name] for name in names}
    arn = environ.get("PROBE_SECRET_ARN")
    if not arn:
        raise CannotRun("PROBE_EMAIL and PROBE_PASSWORD are not set, nor is PROBE_SECRET_ARN")
    try:
        client = boto3.client("secretsmanager", config=AWS_CONFIG)
        secret = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        return {"PROBE_EMAIL": str(secret["email"]), "PROBE_PASSWORD": str(secret["password"])}
    except (BotoCoreError, ClientError) as exc:
        raise CannotRun(f"{arn}: cannot be read: {exc}") from exc
    except (ValueError, KeyError, TypeError):
        # The cause would quote the secret.
        raise CannotRun(f'{arn}: not a JSON object with "email" and "password"') from None


def report(results: Sequence[Result], *, stage: str) -> None:
    """Report each probe's failure (1 or 0) and its time (milliseconds)."""
    data = [datum for result in results for datum in _data(result, stage)]
    try:
        client = boto3.client("cloudwatch", config=AWS_CONFIG)
        client.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    except (BotoCoreError, ClientError) as exc:
        raise CannotRun(f"metrics cannot be reported: {exc}") from exc


def line(result: Result) -> str:
    """One line on one probe; the reasons hold no secret."""
    verdict = "failed: " + ", ".join(result.reasons) if result.reasons else "ok"
    return f"{result.probe.name}: {verdict} ({result.elapsed_ms:.0f} ms)"


def _data(result: Result, stage: str) -> tuple[MetricDatumTypeDef, MetricDatumTypeDef]:
    dimensions: list[DimensionTypeDef] = [
        {"Name": "Stage", "Value": stage},
        {"Name": "Probe", "Value": result.probe.name},
    ]
    failed = 1 if result.reasons else 0
    return (
        {"MetricName": "ProbeFailed", "Dimensions": dimensions, "Value": failed, "Unit": "Count"},
        {
            "MetricName": "ProbeDuration",
            "Dimensions": dimensions,
            "Value": result.elapsed_ms,
            "Unit": "Milliseconds",
        },
    )


def _needed(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    raise CannotRun(f"{name} is not set; the canary's environment must name it")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run by hand: 0 all right, 1 a probe failed, 2 it could not run."""
    parser = argparse.ArgumentParser(description="Ask every probe once and report the metrics.")
    parser.add_argument("--url", required=True, help="base URL of the API")
    parser.add_argument("--stage", default="local", help="the metrics' dimension Stage")
    parser.add_argument("--probes", type=Path, default=PROBES, metavar="FILE")
    parser.add_argument("--timeout", type=float, default=PROBE_TIMEOUT_SECONDS, metavar="SECONDS")
    options = parser.parse_args(arguments)
    try:
        said = run(
            options.url,
            stage=options.stage,
            environ=os.environ,
            log=lambda text: print(text, flush=True),
            probes=options.probes,
            timeout=options.timeout,
        )
    except ProbesFailed:
        return 1  # each was printed as it was judged
    except CannotRun as exc:
        print(f"canary: {exc}", file=sys.stderr)
        return 2
    print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
