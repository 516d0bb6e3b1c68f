"""Before traffic is shifted, and after: ask the version, tell CodeDeploy.

Environment: `FUNCTION`, the only function that is judged; `EXPECTED`, its template's settings
as JSON (see `configuration.differences`); `PROBE_SECRET_ARN`, a secret {"email", "password"};
of the first hook also `ALIAS` and `VERSION`, what the stack makes and for which version.

Whatever goes wrong in the hook itself is a Failed: CodeDeploy waits an hour for a hook that is
silent. Only when it cannot be told at all does the call end in an error.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from .clients import STEP_SECONDS, Clients, connect
from .clock import Clock, Context
from .deployment import Shift, shift_of
from .failed import Failed
from .first import first_release
from .judging import new_version, through_alias

log = logging.getLogger("traffic_hook")
log.setLevel(logging.INFO)

Judge = Callable[[Clients, Shift, Mapping[str, str], Clock], Iterator[str]]


def before_traffic(event: Mapping[str, str], context: Context) -> str:
    """CodeDeploy's BeforeAllowTraffic: ask the new version itself.

    Without a deployment it is the stack that calls, before it makes or moves the alias.
    """
    if not event:
        return before_alias(context)
    return run(event, context, judge=new_version)


def after_traffic(event: Mapping[str, str], context: Context) -> str:
    """CodeDeploy's AfterAllowTraffic: ask through the alias, as clients do."""
    return run(event, context, judge=through_alias)


def run(
    event: Mapping[str, str],
    context: Context,
    *,
    judge: Judge,
    clients: Callable[[], Clients] = connect,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Judge the deployment of an event and report; returns what was reported.

    Raises:
        KeyError: the event names no deployment: there is nobody to report to.
        BotoCoreError, ClientError: CodeDeploy does not take the report.
    """
    deployment = event["DeploymentId"]
    execution = event["LifecycleEventHookExecutionId"]
    aws = clients()
    reasons = _reasons(context, lambda clock: _wrong(aws, deployment, environ, judge, clock))
    status = "Failed" if reasons else "Succeeded"
    for reason in reasons:
        log.error("%s: %s", deployment, reason)
    aws.codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=status
    )
    log.info("%s: %s", deployment, status)
    return status


def before_alias(
    context: Context,
    *,
    clients: Callable[[], Clients] = connect,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Judge a version whose alias is not there yet, and which no hook will be asked about.

    Raises:
        Failed: it must not get traffic; the stack then makes no alias.
    """
    reasons = _reasons(context, lambda clock: first_release(clients(), environ, clock))
    if reasons:
        raise Failed("; ".join(reasons))
    return "Succeeded"


def _wrong(
    aws: Clients, deployment: str, environ: Mapping[str, str], judge: Judge, clock: Clock
) -> Iterator[str]:
    """What is wrong with what a deployment shifts."""
    clock.allow("the deployment", STEP_SECONDS)
    shift = shift_of(aws.codedeploy, deployment)
    if shift.function != environ["FUNCTION"]:
        raise Failed(f"{shift.function} is not {environ['FUNCTION']}, which this hook judges")
    yield from judge(aws, shift, environ, clock)


def _reasons(context: Context, judged: Callable[[Clock], Iterator[str]]) -> list[str]:
    """Why it must not go on, all that was found; nothing when it may."""
    found: list[str] = []
    try:
        # One by one: what was found stays, also when the next step fails.
        for reason in judged(Clock(context, report_seconds=STEP_SECONDS)):
            found.append(reason)
    except Failed as exc:
        found.append(str(exc))
    except (BotoCoreError, ClientError) as exc:
        found.append(f"AWS does not answer the hook: {exc}")
    except Exception as exc:  # noqa: BLE001 - whatever it is, CodeDeploy must hear of it
        # Its text may quote an answer or a secret.
        found.append(f"the hook itself failed: {type(exc).__name__}")
    return found
