"""What CodeDeploy tells of a deployment becomes a metric, which the dashboard draws as marks.

SNS calls it with the notifications of CodeDeploy's trigger. Environment: `NAMESPACE`, `STAGE`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.config import Config

log = logging.getLogger("deployment_mark")
log.setLevel(logging.INFO)

METRIC = "Deployments"
CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 3})


def handler(event: Mapping[str, Any], context: object) -> int:  # noqa: ARG001 - Lambda's signature
    """Mark what the event tells; returns how many marks there are.

    Raises:
        BotoCoreError, ClientError: CloudWatch does not take it; Lambda then calls again.
    """
    told = list(statuses(event))
    if told:
        boto3.client("cloudwatch", config=CONFIG).put_metric_data(
            Namespace=os.environ["NAMESPACE"],
            MetricData=[
                {
                    "MetricName": METRIC,
                    "Dimensions": [{"Name": "Stage", "Value": os.environ["STAGE"]}],
                    "Value": len(told),
                    "Unit": "Count",
                }
            ],
        )
    log.info("%s", ", ".join(told) or "nothing of a deployment")
    return len(told)


def statuses(event: Mapping[str, Any]) -> Iterator[str]:
    """The status of each deployment that the event tells of."""
    for record in event["Records"]:
        try:
            told = json.loads(record["Sns"]["Message"])
            yield f"{told['deploymentId']} {told['status']}"
        except (ValueError, KeyError, TypeError):
            continue  # of something else
