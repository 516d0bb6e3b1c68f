"""The watch, shown end to end: the canary's script, its metrics, an alarm, its message."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from gate import assembly
from gate.assembly import Stack
from local import paths, processes
from local.emulator import Emulator
from local.errors import RoadError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricOutputTypeDef

    State = Literal["ALARM", "OK"]

NAMESPACE = "CredMate/Probes"
FAILED = "ProbeFailed"
CANARY = paths.ROOT / "lambda_src" / "canary" / "canary.py"
RECEIVE_SECONDS = 20
DRIVEN: tuple[tuple[State, str], ...] = (
    ("ALARM", "driven by hand: login is broken"),
    ("OK", "driven by hand: login is mended"),
)


def run_canary(emulator: Emulator, *, url: str, stage: str, probe_secret: str) -> list[str]:
    """Run the canary's own script once against a URL; returns what its metrics then say.

    Raises:
        RoadError: the script failed, or a metric it should have sent is not in CloudWatch.
    """
    done = processes.run(
        [str(paths.BIN / "python"), str(CANARY), "--url", url, "--stage", stage],
        environment=paths.environment(**emulator.environment(), PROBE_SECRET_ARN=probe_secret),
        cwd=paths.ROOT,
    )
    if done.returncode:
        raise RoadError(f"the canary failed:\n{done.stdout.strip()}", "see what the probe says")
    cloudwatch = emulator.session().client("cloudwatch", endpoint_url=emulator.url)
    sent = cloudwatch.list_metrics(Namespace=NAMESPACE, MetricName=FAILED)["Metrics"]
    if not sent:
        raise RoadError(f"CloudWatch has no metric {NAMESPACE} {FAILED}", f"see {CANARY.name}")
    return [f"{_name(m)}: {_value(cloudwatch, m)} failed" for m in sent]


def _name(metric: MetricOutputTypeDef) -> str:
    dimensions = {d["Name"]: d["Value"] for d in metric["Dimensions"]}
    return f"{FAILED} {dimensions.get('Probe', dimensions)}"


def _value(cloudwatch: CloudWatchClient, metric: MetricOutputTypeDef) -> int:
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=FAILED,
        Dimensions=metric["Dimensions"],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    if not points:
        raise RoadError(f"CloudWatch has no data of {_name(metric)}", f"see {CANARY.name}")
    failures = int(sum(point["Sum"] for point in points))
    if failures:
        raise RoadError(f"{_name(metric)} is {failures}", "the canary says why")
    return failures


def ring(emulator: Emulator, stacks: tuple[Stack, ...], *, probe: str) -> list[str]:
    """Drive the alarm of a probe to ALARM and back; returns the messages that arrived.

    Raises:
        RoadError: there is no such alarm, it has no action, or a message does not arrive.
    """
    session, url = emulator.session(), emulator.url
    cloudwatch = session.client("cloudwatch", endpoint_url=url)
    alarm = _alarm_of(cloudwatch, stacks, probe)
    topics = set(alarm["AlarmActions"]) & set(alarm["OKActions"])
    if not topics:
        raise RoadError(f"alarm {alarm['AlarmName']} tells nobody", "see components/alarms.py")
    received = []
    with _queue(session, url, topics.pop()) as receive:
        for state, why in DRIVEN:
            cloudwatch.set_alarm_state(
                AlarmName=alarm["AlarmName"], StateValue=state, StateReason=why
            )
            started = time.monotonic()
            message = receive()
            if message["NewStateValue"] != state:
                raise RoadError(f"the message says {message['NewStateValue']}, not {state}", "")
            seconds = time.monotonic() - started
            received.append(f"{message['AlarmName']} → {state}, received after {seconds:.2f} s")
    return received


def _alarm_of(cloudwatch: Any, stacks: tuple[Stack, ...], probe: str) -> dict[str, Any]:
    if not any(any(stack.of_type(assembly.ALARM)) for stack in stacks):
        raise RoadError("the templates have no alarm", "see stacks/monitoring.py")
    for page in cloudwatch.get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            wanted = {"Name": "Probe", "Value": probe}
            if alarm["MetricName"] == FAILED and wanted in alarm["Dimensions"]:
                found: dict[str, Any] = alarm
                return found
    raise RoadError(f"no alarm watches the probe {probe}", "see components/alarms.py")


@contextmanager
def _queue(session: Any, url: str, topic: str) -> Iterator[Any]:
    """A queue that is subscribed to a topic; yields a function that waits for one message."""
    sqs = session.client("sqs", endpoint_url=url)
    sns = session.client("sns", endpoint_url=url)
    queue = sqs.create_queue(QueueName="road-notifications")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    def receive() -> dict[str, Any]:
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=RECEIVE_SECONDS).get(
            "Messages", []
        )
        if not messages:
            raise RoadError(
                f"no message after {RECEIVE_SECONDS} s: the alarm's action did not reach {topic}",
                "check the topic and its key",
            )
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
        message: dict[str, Any] = json.loads(json.loads(messages[0]["Body"])["Message"])
        return message

    try:
        yield receive
    finally:
        sqs.delete_queue(QueueUrl=queue)
