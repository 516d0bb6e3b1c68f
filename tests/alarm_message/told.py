"""Notifications as AWS sends them, by the examples of its documentation, and what they meet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lambda_src.alarm_message.formats import Scene

NOW = datetime(2026, 11, 25, 3, 4, 30, tzinfo=UTC)
DIGEST = "sha256:" + "ab" * 32
RELEASE = f"version 42, {DIGEST}, commit 1a2b3c4, published 7 min ago"
ALARM_ARN = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:credmate-prod-"

# docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring, "Notifying users on alarm changes".
METRIC: dict[str, Any] = {
    "AlarmName": "credmate-prod-probe-login-failed",
    "AlarmDescription": "The probe login got a wrong answer. Threshold: one failed run. "
    "Runbook: docs/runbook.md#probe-login-failed",
    "AWSAccountId": "111122223333",
    "AlarmConfigurationUpdatedTimestamp": "2026-11-20T10:00:00.000+0000",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed: 1 out of the last 3 datapoints [1.0 (25/11/26 03:02:00)] "
    "was greater than or equal to the threshold (1.0).",
    "StateChangeTime": "2026-11-25T03:02:30.236+0000",
    "Region": "US East (N. Virginia)",
    "AlarmArn": f"{ALARM_ARN}probe-login-failed",
    "OldStateValue": "OK",
    "OKActions": [],
    "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:credmate-prod-page-raw"],
    "InsufficientDataActions": [],
    "Trigger": {
        "MetricName": "ProbeFailed",
        "Namespace": "CredMate/Probes",
        "StatisticType": "Statistic",
        "Statistic": "MAXIMUM",
        "Unit": None,
        "Dimensions": [{"value": "login", "name": "Probe"}],
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1.0,
        "TreatMissingData": "breaching",
    },
}
COMPOSITE: dict[str, Any] = {
    "AlarmName": "credmate-prod-login-is-down",
    "AlarmDescription": "Nobody can log in. Threshold: one of its alarms. "
    "Runbook: docs/runbook.md#login-is-down",
    "AWSAccountId": "111122223333",
    "NewStateValue": "ALARM",
    "NewStateReason": f"{ALARM_ARN}probe-login-failed transitioned to ALARM at 03:02",
    "StateChangeTime": "2026-11-25T03:02:30.000+0000",
    "Region": "US East (N. Virginia)",
    "AlarmArn": f"{ALARM_ARN}login-is-down",
    "OKActions": [],
    "AlarmActions": [],
    "OldStateValue": "OK",
    "AlarmRule": 'ALARM("credmate-prod-probe-login-failed")',
    "TriggeringChildren": [
        {
            "Arn": f"{ALARM_ARN}probe-login-failed",
            "State": {"Value": "ALARM", "Timestamp": "2026-11-25T03:02:30.000+0000"},
        },
        {
            "Arn": f"{ALARM_ARN}start-failures",
            "State": {"Value": "OK", "Timestamp": "2026-11-25T01:00:00.000+0000"},
        },
    ],
}
# docs.aws.amazon.com/eventbridge, "AWS service events delivered via AWS CloudTrail".
API_CALL: dict[str, Any] = {
    "version": "0",
    "id": "36eb8523-97d0-4518-b33d-ee3579ff19f0",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.lambda",
    "account": "111122223333",
    "time": "2026-11-25T03:01:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/Admin/jane",
        },
        "eventTime": "2026-11-25T03:00:58Z",
        "eventSource": "lambda.amazonaws.com",
        "eventName": "UpdateFunctionConfiguration20150331v2",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "Mozilla/5.0",
        "requestParameters": {
            "functionName": "credmate-prod-backend",
            "environment": {"variables": {"KEY": "hush"}},
        },
    },
}
# docs.aws.amazon.com/AWSCloudFormation, "Drift Detection Status Change event detail".
DRIFT: dict[str, Any] = {
    "detail-type": "CloudFormation Drift Detection Status Change",
    "source": "aws.cloudformation",
    "detail": {
        "stack-id": "arn:aws:cloudformation:us-east-1:1111:stack/credmate-prod-service/0a1b",
        "stack-drift-detection-id": "9d8c",
        "status-details": {
            "stack-drift-status": "DRIFTED",
            "detection-status": "DETECTION_COMPLETE",
        },
        "drift-detection-details": {"drifted-stack-resource-count": 2},
    },
}
# docs.aws.amazon.com/codepipeline, "Monitoring CodePipeline events".
PIPELINE: dict[str, Any] = {
    "detail-type": "CodePipeline Pipeline Execution State Change",
    "source": "aws.codepipeline",
    "detail": {
        "pipeline": "credmate",
        "execution-id": "01234567-0123-0123-0123-012345678901",
        "state": "FAILED",
        "version": 3.0,
    },
}
# The same by way of a notification rule: docs.aws.amazon.com/dtconsole, "Understanding
# notification contents".
NOTIFIED: dict[str, Any] = {
    "account": "111122223333",
    "detailType": "CodePipeline Pipeline Execution State Change",
    "region": "us-east-1",
    "source": "aws.codepipeline",
    "notificationRuleArn": "arn:aws:codestar-notifications:us-east-1:1111:notificationrule/0",
    "detail": PIPELINE["detail"],
    "additionalAttributes": {},
}
# docs.aws.amazon.com/codedeploy, "JSON data formats for CodeDeploy triggers".
DEPLOYMENT: dict[str, Any] = {
    "region": "us-east-1",
    "accountId": "111122223333",
    "eventTriggerName": "credmate-prod-backend",
    "applicationName": "credmate-prod-backend",
    "deploymentId": "d-75I7MBT7C",
    "deploymentGroupName": "credmate-prod-backend",
    "createTime": "Wed Nov 25 03:00:00 UTC 2026",
    "completeTime": "Wed Nov 25 03:02:00 UTC 2026",
    "status": "FAILED",
    "rollbackInformation": '{"RollbackMessage":"rolled back"}',
    "errorInformation": '{"ErrorCode":"HOOK_EXECUTION_FAILURE"}',
}
EVERY: Mapping[str, dict[str, Any]] = {
    "a metric alarm": METRIC,
    "a composite alarm": COMPOSITE,
    "a call of the API": API_CALL,
    "drift": DRIFT,
    "a pipeline": PIPELINE,
    "a pipeline, by a notification rule": NOTIFIED,
    "a deployment": DEPLOYMENT,
}


def scene(released: Callable[[], str] = lambda: RELEASE) -> Scene:
    return Scene(
        stage="prod",
        prefix="credmate-prod",
        region="us-east-1",
        log_group="/aws/lambda/credmate-prod-backend",
        runbook="docs/runbook.md",
        severity="page",
        now=NOW,
        released=released,
    )


def event(*texts: str) -> dict[str, Any]:
    """As SNS calls a function: docs.aws.amazon.com/lambda/latest/dg/with-sns.html."""
    return {
        "Records": [
            {"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": text}}
            for text in texts
        ]
    }  # fmt: skip


@dataclass
class People:
    """A topic that keeps what it is told, and refuses those that hold a word."""

    refuses: str | None = None
    heard: list[dict[str, str]] = field(default_factory=list)

    def publish(
        self,
        *,
        TopicArn: str,  # noqa: N803 - boto3's
        Subject: str,  # noqa: N803
        Message: str,  # noqa: N803
        MessageStructure: str,  # noqa: N803
    ) -> object:
        if self.refuses and self.refuses in Message:
            raise ConnectionError(self.refuses)
        self.heard.append({"Subject": Subject, **json.loads(Message)})
        assert (TopicArn, MessageStructure) == ("arn:people", "json")
        return {}
