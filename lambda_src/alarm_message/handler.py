"""Formats what a topic of alarms tells, and hands it on to the topic of people.

Environment: `TOPIC_ARN` (of people), `SEVERITY`, `STAGE`, `PREFIX`, `FUNCTION`, `ALIAS`,
`LOG_GROUP`, `RUNBOOK`.

Nothing is lost: what cannot be read goes on as it came; and when it cannot be handed on, the
call fails, and Lambda itself sends what it was called with to the same topic.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.config import Config

from . import formats, releases
from .formats import Scene
from .message import Message, raw

log = logging.getLogger("alarm_message")
log.setLevel(logging.INFO)

CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
Format = Callable[[Mapping[str, Any], Scene], Message]
# By what an EventBridge event says that it is.
EVENTS: Mapping[str, Format] = {
    "AWS API Call via CloudTrail": formats.api_call,
    "CloudFormation Drift Detection Status Change": formats.drift,
    "CodePipeline Pipeline Execution State Change": formats.pipeline,
    "CodePipeline Stage Execution State Change": formats.pipeline,
    "CodePipeline Action Execution State Change": formats.pipeline,
}


class Topic(Protocol):
    """The part of SNS's client that is used."""

    # The names are boto3's.
    def publish(
        self,
        *,
        TopicArn: str,  # noqa: N803
        Subject: str,  # noqa: N803
        Message: str,  # noqa: N803
        MessageStructure: str,  # noqa: N803
    ) -> object:
        """Tell a topic."""


def handler(event: Mapping[str, Any], context: object) -> int:  # noqa: ARG001 - Lambda's signature
    """What Lambda calls; returns how many messages were handed on."""
    return hand_on(event, boto3.client("sns", config=CONFIG), scene())


def hand_on(event: Mapping[str, Any], topic: Topic, where: Scene) -> int:
    """Format and publish every record of an event of SNS; returns how many.

    Raises:
        BotoCoreError, ClientError: a message could not be published. The others were tried.
    """
    failed: Exception | None = None
    messages = [formatted(text, where) for text in texts(event)]
    for message in messages:
        try:
            topic.publish(
                TopicArn=os.environ["TOPIC_ARN"],
                Subject=message.topic_subject,
                Message=message.structured(),
                MessageStructure="json",
            )
        except Exception as exc:  # noqa: BLE001 - raised again, once all were tried
            failed = exc
    if failed:
        raise failed
    log.info("%d messages", len(messages))
    return len(messages)


def texts(event: Mapping[str, Any]) -> list[str]:
    """The texts of an event of SNS; of anything else, the whole of it."""
    try:
        found = [record["Sns"]["Message"] for record in event["Records"]]
    except (KeyError, TypeError):
        found = []
    return [str(text) for text in found] or [json.dumps(event, default=str)]


def formatted(text: str, where: Scene) -> Message:
    """A notification as a person wants it, or as it came."""
    try:
        told = json.loads(text)
        return format_of(told)(told, where)
    except Exception as exc:  # noqa: BLE001 - whatever it is, the notification must go on
        log.warning("not formatted: %s", type(exc).__name__)
        return raw(text, type(exc).__name__)


def format_of(told: Any) -> Format:
    """How a notification is read; raises LookupError for a kind that nobody knows."""
    if "AlarmName" in told:
        return formats.alarm
    if "deploymentId" in told:
        return formats.deployment
    # EventBridge's own, and the same event by way of a notification rule.
    return EVENTS[told.get("detail-type") or told["detailType"]]


def scene() -> Scene:
    """Where this function stands."""
    env = os.environ
    now = datetime.now(UTC)
    return Scene(
        stage=env["STAGE"],
        prefix=env["PREFIX"],
        region=env["AWS_REGION"],
        log_group=env["LOG_GROUP"],
        runbook=env["RUNBOOK"],
        severity=env["SEVERITY"],
        now=now,
        # Once for all records of a call.
        released=cache(
            lambda: releases.last(releases.connect(), env["FUNCTION"], env["ALIAS"], now)
        ),
    )
