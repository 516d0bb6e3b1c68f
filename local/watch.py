"""The watch, shown end to end: the canary's script, its metrics, an alarm, the message.

What stands in for AWS here is the emulator, whose evaluation of alarms is coarse: it takes every
metric of a name for one, whatever its dimensions, and all of an alarm's periods for one. So the
alarms of the other probes fire too, and recovery is told by hand once the probe passes again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from local import paths, processes
from local.emulator import Emulator
from local.errors import RoadError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

NAMESPACE, FAILED = "CredMate/Probes", "ProbeFailed"
CANARY = paths.ROOT / "lambda_src" / "canary" / "canary.py"
PASSED, PROBE_FAILED = 0, 1  # the script's exit codes
RECEIVE_SECONDS = 20
TABLE = "users"  # without it nobody can log in, and everything else works
AWAY = "users_away"


@dataclass(frozen=True)
class Watched:
    """What is watched: where, which stage of it, and how the canary asks."""

    emulator: Emulator
    stage: str
    url: str
    probe_secret: str

    def client(self, service: Any) -> Any:
        """A client of the emulator."""
        return self.emulator.session().client(service, endpoint_url=self.emulator.url)


def run_canary(watched: Watched, *, expected: int = PASSED) -> str:
    """Run the canary's own script once against the URL; returns its last line.

    Raises:
        RoadError: it ended otherwise than expected.
    """
    _await_another_second()
    done = processes.run(
        [str(paths.BIN / "python"), str(CANARY), "--url", watched.url, "--stage", watched.stage],
        environment=paths.environment(
            **watched.emulator.environment(), PROBE_SECRET_ARN=watched.probe_secret
        ),
        cwd=paths.ROOT,
    )
    if done.returncode != expected:
        said = f"the canary ended with {done.returncode}, not {expected}:\n{done.stdout.strip()}"
        raise RoadError(said, "see what the probe says")
    return done.stdout.strip().splitlines()[-1]


def _await_another_second() -> None:
    """So that two runs are two points: CloudWatch keeps one value for a second."""
    time.sleep(1 - time.time() % 1)


def failures(watched: Watched, probes: tuple[str, ...]) -> dict[str, int]:
    """What CloudWatch says of each probe's newest run: 1 failed, 0 not.

    Raises:
        RoadError: it has no data of a probe.
    """
    cloudwatch = watched.client("cloudwatch")
    return {probe: _newest(cloudwatch, watched.stage, probe) for probe in probes}


def _newest(cloudwatch: CloudWatchClient, stage: str, probe: str) -> int:
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=FAILED,
        Dimensions=[{"Name": "Stage", "Value": stage}, {"Name": "Probe", "Value": probe}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=1,  # a run each
        Statistics=["Maximum"],
    )["Datapoints"]
    if not points:
        raise RoadError(f"CloudWatch has no data of {FAILED} {probe}", f"see {CANARY.name}")
    return int(max(points, key=lambda point: point["Timestamp"])["Maximum"])


@contextmanager
def broken_login(secret: Mapping[str, Any]) -> Iterator[None]:
    """Take the table of users away for the body; `secret` is the database's."""
    _rename(secret, TABLE, AWAY)
    try:
        yield
    finally:
        _rename(secret, AWAY, TABLE)


def _rename(secret: Mapping[str, Any], old: str, new: str) -> None:
    with psycopg.connect(
        host=secret["host"],
        port=secret["port"],
        user=secret["username"],
        password=secret["password"],
        dbname=secret["dbname"],
    ) as connection:
        names = (psycopg.sql.Identifier(name) for name in (old, new))
        connection.execute(psycopg.sql.SQL("ALTER TABLE {} RENAME TO {}").format(*names))


def recover(watched: Watched, alarm: str) -> None:
    """Tell CloudWatch that an alarm is over, as it would by itself three minutes later."""
    watched.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="OK", StateReason="the probe passes again"
    )


@dataclass(frozen=True)
class Heard:
    """A message as people get it, and the seconds that it was waited for."""

    text: str
    seconds: float


class Ear:
    """A queue that is subscribed to a topic of people."""

    def __init__(self, sqs: Any, queue: str) -> None:
        self._sqs, self._queue = sqs, queue

    def wait(self, beginning: str) -> Heard:
        """The message that begins so; raises RoadError when there is none in time."""
        started = time.monotonic()
        others: list[str] = []
        while time.monotonic() - started < RECEIVE_SECONDS:
            for message in self._receive():
                text = str(json.loads(message["Body"])["Message"])
                if text.startswith(beginning):
                    return Heard(text, time.monotonic() - started)
                others.append(text.partition("\n")[0])
        heard = ", ".join(others) or "nothing"
        raise RoadError(
            f"no message {beginning!r} after {RECEIVE_SECONDS} s; heard: {heard}",
            "see the alarm's action, the formatter and the topics' key",
        )

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=1)
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return messages


@contextmanager
def listening(watched: Watched, topic: str) -> Iterator[Ear]:
    """Be subscribed to a topic for the body."""
    sqs, sns = watched.client("sqs"), watched.client("sns")
    queue = sqs.create_queue(QueueName="road-notifications")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    try:
        yield Ear(sqs, queue)
    finally:
        sqs.delete_queue(QueueUrl=queue)
