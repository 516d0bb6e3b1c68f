"""The canary: ask every probe, report each as a metric, and fail when one of them failed.

In AWS CloudWatch Synthetics runs `handler` every minute. By hand, against any URL:

    PROBE_EMAIL=… PROBE_PASSWORD=… python lambda_src/canary/canary.py --url https://api.example.com

Environment: `PROBE_EMAIL` and `PROBE_PASSWORD`, or `PROBE_SECRET_ARN` of a secret
{"email", "password"}; in Synthetics also `PROBE_URL` and `STAGE`.

All probes are asked at once; those that failed are asked once more, and fail when they fail
again. What is kept of an answer that was wrong goes into the log, without any secret.

Of the Synthetics library it uses the logger alone (`aws_synthetics.common.synthetics_logger`,
whose file becomes an artifact of the run). Not `execute_step`: it asks the browser for its URL,
and a canary of an API has none, so that every step would fail. A probe's step is its metrics.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

HERE = Path(__file__).resolve().parent
# Packaged, the probes lie beside this file; in the checkout, two folders up.
HOME = HERE if (HERE / "probes").is_dir() else HERE.parent.parent
if str(HOME) not in sys.path:
    sys.path.insert(0, str(HOME))

from probes import Probe, ProbeError, Result, evidence, load, url  # noqa: E402 - found by the lines above

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef

NAMESPACE = "CredMate/Probes"
PROBES = HOME / "probes.toml"
# Everything runs out of time, the secret, both asks and the metrics: even so a run ends in
# the canary's time limit, and says why. RUN_SECONDS ends what heeds no limit of its own.
# Above what any request may take, so that it says how slow it was; what follows gets the rest.
PROBE_TIMEOUT_SECONDS = 9.0
# What is wrong for a moment only has passed: docs/detection.md says what each second is worth.
PAUSE_SECONDS = 7.0
RUN_SECONDS = 46.0
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


@dataclass(frozen=True)
class Asked:
    """One probe: the result that counts, and the first one where that was wrong."""

    result: Result
    first: Result | None = None


def handler(event: object, context: object) -> str:  # noqa: ARG001 - Synthetics' signature
    """What Synthetics calls; an exception is a failed run."""
    # There is no such library outside Synthetics.
    from aws_synthetics.common import synthetics_logger  # type: ignore[import-not-found]  # noqa: PLC0415

    base_url, stage = _needed(os.environ, "PROBE_URL"), _needed(os.environ, "STAGE")
    log = _unfailing(synthetics_logger.info)
    return run(
        base_url,
        stage=stage,
        environ=os.environ,
        log=log,
        timeout=PROBE_TIMEOUT_SECONDS,
        pause=PAUSE_SECONDS,
    )


def run(
    base_url: str,
    *,
    stage: str,
    environ: Mapping[str, str],
    log: Log,
    probes: Path = PROBES,
    timeout: float = PROBE_TIMEOUT_SECONDS,
    pause: float = PAUSE_SECONDS,
) -> str:
    """Ask and report every probe; returns one line when all answers were right.

    Raises:
        ProbesFailed: a wrong answer, or none. The metrics are reported first.
        CannotRun: a variable, a secret or AWS is not there, or there is no end within
            RUN_SECONDS: nothing is reported, and the alarms take silence for a failure.
    """
    step = ["the secret"]

    def work() -> str:
        try:
            wanted = load(probes, credentials(environ))
            step.append("the probes")
            asked = ask(base_url, wanted, timeout, pause)
        except ProbeError as exc:
            raise CannotRun(str(exc)) from exc
        step.append("the metrics")
        return _told(asked, stage, log)

    return _within(RUN_SECONDS, work, step)


def _within(seconds: float, work: Callable[[], str], step: Sequence[str]) -> str:
    """The work's result, or CannotRun when there is none in time: no name look-up heeds a limit."""
    came: list[str | Exception] = []

    def carry_out() -> None:
        try:
            came.append(work())
        except Exception as exc:  # noqa: BLE001 - raised again below, where the caller stands
            came.append(exc)

    thread = Thread(target=carry_out, daemon=True)
    thread.start()
    thread.join(seconds)
    if not came:
        raise CannotRun(f"no end within {seconds:g} s: it waits for {step[-1]}")
    if isinstance(came[0], Exception):
        raise came[0]
    return came[0]


def ask(base_url: str, probes: Sequence[Probe], timeout: float, pause: float) -> tuple[Asked, ...]:
    """Ask all at once, and those that failed once more after a pause (both in seconds)."""
    first = _ask_all(base_url, probes, timeout)
    failed = [result.probe for result in first if result.reasons]
    if not failed:
        return tuple(Asked(result) for result in first)
    time.sleep(pause)
    again = {result.probe.name: result for result in _ask_all(base_url, failed, timeout)}
    return tuple(
        Asked(again[r.probe.name], first=r) if r.probe.name in again else Asked(r) for r in first
    )


def _ask_all(base_url: str, probes: Sequence[Probe], timeout: float) -> list[Result]:
    with ThreadPoolExecutor(len(probes)) as pool:
        return list(pool.map(lambda probe: url.run(base_url, [probe], timeout)[0], probes))


def _told(asked: Sequence[Asked], stage: str, log: Log) -> str:
    for one in asked:
        if one.first is not None:
            log(f"{line(one.first)}; asked again")
            log(json.dumps({"evidence": evidence(one.first)}))
        log(line(one.result))
        if one.result.reasons:
            log(json.dumps({"evidence": evidence(one.result)}))
    report(asked, stage=stage)
    failed = [line(one.result) for one in asked if one.result.reasons]
    if failed:
        raise ProbesFailed("; ".join(failed))
    return f"{len(asked)} probes answered rightly"


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


def report(asked: Sequence[Asked], *, stage: str) -> None:
    """Report each probe's failure and first failure (1 or 0) and its time (milliseconds)."""
    data = [datum for one in asked for datum in _data(one, stage)]
    retried = sum(one.first is not None for one in asked)
    data.append(_datum("ProbeRetried", retried, "Count", Stage=stage))
    try:
        client = boto3.client("cloudwatch", config=AWS_CONFIG)
        client.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    except (BotoCoreError, ClientError) as exc:
        raise CannotRun(f"metrics cannot be reported: {exc}") from exc


def line(result: Result) -> str:
    """One line on one probe; the reasons hold no secret."""
    verdict = "failed: " + ", ".join(result.reasons) if result.reasons else "ok"
    return f"{result.probe.name}: {verdict} ({result.elapsed_ms:.0f} ms)"


def _data(one: Asked, stage: str) -> list[MetricDatumTypeDef]:
    named = {"Stage": stage, "Probe": one.result.probe.name}
    failed = _datum("ProbeFailed", 1 if one.result.reasons else 0, "Count", **named)
    return [
        {**failed, "StorageResolution": 1},  # by the second: its alarm looks every ten
        _datum("ProbeRetried", 1 if one.first else 0, "Count", **named),
        _datum("ProbeDuration", one.result.elapsed_ms, "Milliseconds", **named),
    ]


def _datum(
    name: str, value: float, unit: Literal["Count", "Milliseconds"], **dimensions: str
) -> MetricDatumTypeDef:
    named: list[DimensionTypeDef] = [{"Name": k, "Value": v} for k, v in dimensions.items()]
    return {"MetricName": name, "Dimensions": named, "Value": value, "Unit": unit}


def _unfailing(log: Log) -> Log:
    """The log, which must not fail the run: a full disk is no reason to report nothing."""

    def say(text: str) -> None:
        try:
            log(text)
        except OSError as exc:
            print(f"{text} (not in the log: {exc.strerror})", flush=True)

    return say


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
    for limit, seconds in (("--timeout", PROBE_TIMEOUT_SECONDS), ("--pause", PAUSE_SECONDS)):
        parser.add_argument(limit, type=float, default=seconds, metavar="SECONDS")
    options = parser.parse_args(arguments)
    try:
        said = run(
            options.url,
            stage=options.stage,
            environ=os.environ,
            log=lambda text: print(text, flush=True),
            probes=options.probes,
            timeout=options.timeout,
            pause=options.pause,
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
