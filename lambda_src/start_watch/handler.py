"""Lines of a log that say a function could not start, reported as a metric as they arrive.

CloudWatch Logs calls it with the lines that its subscription filter lets through
(docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html). Environment:
`NAMESPACE` and `METRIC`.
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

log = logging.getLogger("start_watch")
log.setLevel(logging.INFO)

HIGH_RESOLUTION = 1  # seconds; what an alarm with a period of ten seconds needs
CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 3})


def handler(event: Mapping[str, Any], context: object) -> int:  # noqa: ARG001 - Lambda's signature
    """Report how many lines there were; returns that.

    Raises:
        BotoCoreError, ClientError: CloudWatch does not take it; Logs then calls again.
    """
    counted = seconds(event)
    if counted:
        boto3.client("cloudwatch", config=CONFIG).put_metric_data(
            Namespace=os.environ["NAMESPACE"],
            MetricData=[
                {
                    "MetricName": os.environ["METRIC"],
                    "Timestamp": datetime.fromtimestamp(second, UTC),
                    "Value": count,
                    "Unit": "Count",
                    "StorageResolution": HIGH_RESOLUTION,
                }
                for second, count in sorted(counted.items())
            ],
        )
    log.info("%d lines", counted.total())
    return counted.total()


def seconds(event: Mapping[str, Any]) -> Counter[int]:
    """How many lines there were in each second; none in Logs' own test of the way."""
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if data.get("messageType") != "DATA_MESSAGE":
        return Counter()
    return Counter(line["timestamp"] // 1000 for line in data["logEvents"])
