"""Before traffic is shifted, and after: ask the version, tell CodeDeploy.

Environment: `FUNCTION`, the only function that is judged; `EXPECTED`, its template's settings
as JSON (see `configuration.differences`); `PROBE_SECRET_ARN`, a secret {"email", "password"}.

Whatever goes wrong in the hook itself is a Failed: CodeDeploy waits an hour for a hook that is
silent. Only when it cannot be told at all does the call end in an error.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from probes import Probe, ProbeError, load

from .asking import wrong_answers
from .clock import Clock, Context
from .configuration import Lambda, differences
from .deployment import CodeDeploy, Shift, shift_of
from .failed import Failed

log = logging.getLogger("traffic_hook")
log.setLevel(logging.INFO)

PROBES = Path(__file__).resolve().parent.parent / "probes.toml"
ATTEMPTS = 3
# Seconds; the HTTP API waits 30 for the function, so no call needs more.
CONNECT, READ, CALL_READ, BACKOFF = 2, 5, 30, 5
STEP_SECONDS = ATTEMPTS * (CONNECT + READ) + BACKOFF
CALL_SECONDS = ATTEMPTS * (CONNECT + CALL_READ) + BACKOFF


class Secrets(Protocol):
    """The part of Secrets Manager's client that is used."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's
        """Read a secret."""


@dataclass(frozen=True)
class Clients:
    """AWS, as the hook sees it."""

    codedeploy: CodeDeploy
    functions: Lambda
    secrets: Secrets


Judge = Callable[[Clients, Shift, Mapping[str, str], Clock], list[str]]


def before_traffic(event: Mapping[str, str], context: Context) -> str:
    """CodeDeploy's BeforeAllowTraffic: ask the new version itself."""
    return run(event, context, judge=new_version)


def after_traffic(event: Mapping[str, str], context: Context) -> str:
    """CodeDeploy's AfterAllowTraffic: ask through the alias, as clients do."""
    return run(event, context, judge=through_alias)


def run(
    event: Mapping[str, str],
    context: Context,
    *,
    judge: Judge,
    clients: Callable[[], Clients] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Judge the deployment of an event and report; returns what was reported.

    Raises:
        KeyError: the event names no deployment: there is nobody to report to.
        BotoCoreError, ClientError: CodeDeploy does not take the report.
    """
    deployment = event["DeploymentId"]
    execution = event["LifecycleEventHookExecutionId"]
    aws = (clients or _clients)()
    reasons = _reasons(aws, deployment, environ, context, judge)
    status = "Failed" if reasons else "Succeeded"
    for reason in reasons:
        log.error("%s: %s", deployment, reason)
    aws.codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=status
    )
    log.info("%s: %s", deployment, status)
    return status


def _reasons(
    aws: Clients, deployment: str, environ: Mapping[str, str], context: Context, judge: Judge
) -> list[str]:
    """Why the deployment must not go on; nothing when it may."""
    try:
        clock = Clock(context, report_seconds=STEP_SECONDS)
        clock.allow("the deployment", STEP_SECONDS)
        shift = shift_of(aws.codedeploy, deployment)
        if shift.function != environ["FUNCTION"]:
            return [f"{shift.function} is not {environ['FUNCTION']}, which this hook judges"]
        return judge(aws, shift, environ, clock)
    except Failed as exc:
        return [str(exc)]
    except (BotoCoreError, ClientError) as exc:
        return [f"AWS does not answer the hook: {exc}"]
    except Exception as exc:  # noqa: BLE001 - whatever it is, CodeDeploy must hear of it
        # Its text may quote an answer or a secret.
        return [f"the hook itself failed: {type(exc).__name__}"]


def new_version(aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock) -> list[str]:
    """What is wrong with the version that is to get traffic."""
    clock.allow("the version's configuration", STEP_SECONDS)
    wrong = []
    # On the way back the template is the failed release's, and says nothing of this version.
    if not shift.goes_back:
        actual = aws.functions.get_function(FunctionName=shift.function, Qualifier=shift.target)
        wrong = list(differences(actual, json.loads(environ["EXPECTED"])))
    return [f"version {shift.target}: {r}" for r in wrong + _asked(aws, shift, environ, clock)]


def through_alias(
    aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock
) -> list[str]:
    """What is wrong with what clients get now."""
    clock.allow("the alias", STEP_SECONDS)
    alias = aws.functions.get_alias(FunctionName=shift.function, Name=shift.alias)
    wrong = []
    if alias["FunctionVersion"] != shift.target:
        wrong.append(f"points to version {alias['FunctionVersion']}, not {shift.target}")
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        wrong.append("still divides its traffic")
    wrong += _asked(aws, shift, environ, clock, qualifier=shift.alias)
    return [f"alias {shift.alias}: {reason}" for reason in wrong]


def _asked(
    aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock, qualifier: str = ""
) -> list[str]:
    clock.allow("the probe user's secret", STEP_SECONDS)
    return list(
        wrong_answers(
            aws.functions,
            _probes(aws.secrets, environ["PROBE_SECRET_ARN"]),
            function=shift.function,
            qualifier=qualifier or shift.target,
            clock=clock,
            call_seconds=CALL_SECONDS,
        )
    )


def _probes(client: Secrets, arn: str) -> tuple[Probe, ...]:
    try:
        user = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        values = {"PROBE_EMAIL": str(user["email"]), "PROBE_PASSWORD": str(user["password"])}
    except (ValueError, KeyError, TypeError):
        # Without the cause, whose text would quote the secret.
        raise Failed(f'{arn}: not a JSON object with "email" and "password"') from None
    try:
        return load(PROBES, values)
    except ProbeError as exc:
        raise Failed(str(exc)) from exc


def _clients() -> Clients:
    return Clients(
        codedeploy=boto3.client("codedeploy", config=_config(READ)),
        functions=boto3.client("lambda", config=_config(CALL_READ)),
        secrets=boto3.client("secretsmanager", config=_config(READ)),
    )


def _config(read_seconds: int) -> Config:
    return Config(
        connect_timeout=CONNECT,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
