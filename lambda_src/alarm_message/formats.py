"""What AWS tells, one function for each kind, by the documented shapes of the notifications."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from .message import Message, one_line
from .releases import ago

# What an alarm's description ends with: stacks/components/alarms.py writes it.
RUNBOOK = re.compile(r"\s*Runbook: (\S+)\s*$")
Lines = Iterator[tuple[str, str]]
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """Where and when: what the lines of a message need beside the notification."""

    stage: str
    prefix: str  # of the names of the stage's things: credmate-prod
    region: str
    log_group: str
    runbook: str
    severity: str
    now: datetime
    released: Callable[[], str]  # what has the traffic, asked when it is wanted


def alarm(told: Told, scene: Scene) -> Message:
    """A metric alarm or a composite one, firing or recovering."""
    full, state = one_line(told["AlarmName"]), one_line(told["NewStateValue"])
    name = full.removeprefix(f"{scene.prefix}-")
    said = {"ALARM": scene.severity.upper(), "OK": "RECOVERED"}.get(state, state)
    if state == "OK" and told.get("OldStateValue") == "INSUFFICIENT_DATA":
        said = "WATCHING"  # its first data: nothing was wrong before
    return Message(
        f"{said}: {name.replace('-', ' ')} ({scene.stage})",
        list(_alarm_lines(told, full, name, state, scene)),
        thread=full,
    )


def _alarm_lines(told: Told, full: str, name: str, state: str, scene: Scene) -> Lines:
    description, runbook = _split(one_line(told.get("AlarmDescription") or ""), scene)
    since = _time(told.get("StateChangeTime"))
    yield "alarm", f"{full}: {state}, before {one_line(told.get('OldStateValue', 'unknown'))}"
    yield "since", f"{since:%Y-%m-%d %H:%M:%S} UTC, {ago(since, scene.now)}" if since else "unknown"
    parts = list(_parts(told, scene))
    probes = [part for part in (*parts, name) if part.startswith("probe-")]
    if probes:
        yield "probe", ", ".join(p.removeprefix("probe-").removesuffix("-failed") for p in probes)
    if parts:
        yield "fired by", ", ".join(parts)
    if state != "OK":
        yield from _what_to_do(scene)
    yield "runbook", runbook
    yield "reason", one_line(told.get("NewStateReason", "none given"))
    yield "why", description
    yield "alarm page", _console(scene, f"alarmsV2:alarm/{quote(full, safe='')}")


def _what_to_do(scene: Scene) -> Lines:
    yield "deployed last", scene.released()
    yield "go back", f"gate rollback --stage {scene.stage}"
    yield "logs", logs(scene)


def _split(description: str, scene: Scene) -> tuple[str, str]:
    match = RUNBOOK.search(description)
    if not match:
        return description or "(no description)", scene.runbook
    return description[: match.start()], match[1]


def _parts(told: Told, scene: Scene) -> Iterator[str]:
    """The alarms that made a composite one fire, without the stage's prefix."""
    for child in told.get("TriggeringChildren") or ():
        if child.get("State", {}).get("Value") == "ALARM":
            full = one_line(child["Arn"]).rpartition(":alarm:")[2]
            yield full.removeprefix(f"{scene.prefix}-")


def api_call(told: Told, scene: Scene) -> Message:
    """A call of AWS's API that CloudTrail saw: a change that no deployment made."""
    detail = told["detail"]
    identity = detail.get("userIdentity") or {}
    name = re.sub(r"\d{8}(v\d+)?$", "", one_line(detail["eventName"]))
    return Message(
        f"{scene.severity.upper()}: changed by hand: {name} ({scene.stage})",
        [
            ("what", name),
            ("on", ", ".join(_subjects(detail.get("requestParameters") or {})) or "unknown"),
            ("who", one_line(identity.get("arn") or identity.get("type") or "unknown")),
            ("from", one_line(detail.get("sourceIPAddress", "unknown"))),
            ("with", one_line(detail.get("userAgent", "unknown"), 120)),
            ("when", one_line(detail.get("eventTime") or told.get("time"))),
            *([("refused", one_line(detail["errorCode"]))] if detail.get("errorCode") else ()),
            ("look", f"gate drift --stage {scene.stage}"),
            ("go back", f"deploy the stage again: make deploy STAGE={scene.stage}"),
            ("runbook", f"{scene.runbook}#changed-by-hand"),
        ],
    )


# What is changed, by the members of a request that name it; never its values.
SUBJECTS = ("functionName", "name", "alarmName", "alarmNames", "ruleName", "canaryName")


def _subjects(request: Mapping[str, Any]) -> Iterator[str]:
    for member in SUBJECTS:
        if value := request.get(member):
            yield one_line(", ".join(map(str, value)) if isinstance(value, list) else value, 300)


def drift(told: Told, scene: Scene) -> Message:
    """CloudFormation's own look at a stack found differences."""
    detail = told["detail"]
    status = detail.get("status-details") or {}
    stack = one_line(detail["stack-id"]).partition("/")[2].partition("/")[0]
    count = (detail.get("drift-detection-details") or {}).get("drifted-stack-resource-count")
    return Message(
        f"{scene.severity.upper()}: drifted from its template: {stack}",
        [
            ("stack", stack),
            ("status", one_line(status.get("stack-drift-status", "unknown"))),
            ("detection", one_line(status.get("detection-status", "unknown"))),
            ("resources", one_line(count if count is not None else "unknown")),
            ("look", f"gate drift --stage {scene.stage}"),
            ("runbook", f"{scene.runbook}#drifted"),
        ],
    )


def pipeline(told: Told, scene: Scene) -> Message:
    """The state of a pipeline's execution."""
    detail = told["detail"]
    name, state = one_line(detail["pipeline"]), one_line(detail["state"])
    page = (
        f"https://{scene.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/"
        f"{quote(name, safe='')}/view"
    )
    return Message(
        f"{scene.severity.upper()}: pipeline {name}: {state}",
        [
            ("execution", one_line(detail.get("execution-id", "unknown"))),
            *([("stage", one_line(detail["stage"]))] if detail.get("stage") else ()),
            *([("action", one_line(detail["action"]))] if detail.get("action") else ()),
            ("page", page),
            ("runbook", f"{scene.runbook}#pipeline-failed"),
        ],
        thread=name,
    )


def deployment(told: Told, scene: Scene) -> Message:
    """CodeDeploy's own word on a deployment."""
    status = one_line(told["status"])
    lines = [
        ("deployment", one_line(told["deploymentId"])),
        ("group", one_line(told.get("deploymentGroupName", "unknown"))),
        ("trigger", one_line(told.get("eventTriggerName", "unknown"))),
        ("since", one_line(told.get("createTime", "unknown"))),
    ]
    if told.get("errorInformation"):
        lines.append(("reason", one_line(told["errorInformation"])))
    if told.get("rollbackInformation"):
        lines.append(("rollback", one_line(told["rollbackInformation"])))
    lines += [("has the traffic", scene.released()), ("runbook", f"{scene.runbook}#releases")]
    return Message(f"Deployment {status}: {one_line(told['applicationName'])}", lines)


def logs(scene: Scene) -> str:
    """The function's log in the console, whose addresses are quoted twice, with $ for %."""
    twice = quote(quote(scene.log_group, safe=""), safe="").replace("%", "$")
    return _console(scene, f"logsV2:log-groups/log-group/{twice}")


def _console(scene: Scene, page: str) -> str:
    return (
        f"https://{scene.region}.console.aws.amazon.com/cloudwatch/home"
        f"?region={scene.region}#{page}"
    )


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
