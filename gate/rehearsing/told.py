"""Whether somebody is told of an incident that has traffic: the alarms that must fire are there."""

from __future__ import annotations

import json
from pathlib import Path

from gate import assembly
from gate.assembly import ALARM, COMPOSITE_ALARM, DEPLOYMENT_GROUP, Stack
from gate.rehearsals import FOLDER, Incident
from gate.rehearsing.commands import Outcome
from gate.rehearsing.road import Step
from gate.report import CannotLook

STEP = "alarms"
RULE = "AWS::Events::Rule"
# What tells somebody → the property that names it.
TELLS = {ALARM: "AlarmName", COMPOSITE_ALARM: "AlarmName", RULE: "Name"}
SEEN, UNSEEN = 1, 0  # as exit codes: what nobody is told of goes on


def asked(incident: Incident, folder: Path, report: Path | None) -> tuple[Step, Outcome]:
    """The alarms of an assembly as a step of the road: it stops what it tells of.

    ``report`` is what the gate found when it played the incidents against them.
    """
    problem = _unseen(incident, assembly.stacks(folder)) or _found(incident, report)
    code, said = (UNSEEN, problem) if problem else (SEEN, f"told by {', '.join(needed(incident))}")
    return Step(incident.stopped.by, STEP, ()), Outcome(code, said, 0.0)


def needed(incident: Incident) -> tuple[str, ...]:
    """The alarms and the rules that must tell of an incident."""
    return incident.stopped.alarms + (incident.signals.events if incident.signals else ())


def _unseen(incident: Incident, stacks: tuple[Stack, ...]) -> str:
    """Why nobody is told; empty where somebody is."""
    missing = sorted(set(needed(incident)) - names(stacks))
    if missing:
        return f"the templates have no {', '.join(missing)}"
    if incident.stopped.by == "shift" and not _undo(incident, stacks):
        return "no deployment group goes back on its alarms"
    return ""


def _found(incident: Incident, report: Path | None) -> str:
    """The first finding of a report that is about the incident's file; empty without one."""
    if report is None:
        return ""
    try:
        reports = json.loads(report.read_text(encoding="utf-8"))["reports"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise CannotLook(f"{report.name}: no report of the gate in it: {exc}") from exc
    name = f"{FOLDER}/{incident.file.name}"
    about = (
        str(finding["message"])
        for one in reports
        for finding in one["findings"]
        if any(place["path"] == name for place in finding["places"])
    )
    return next(about, "")


def names(stacks: tuple[Stack, ...]) -> set[str]:
    """The names of what tells, without project and stage."""
    return {
        str(one.properties.get(named, "")).removeprefix(_prefix(stack))
        for stack in stacks
        for kind, named in TELLS.items()
        for one in stack.of_type(kind)
    }


def _prefix(stack: Stack) -> str:
    """`credmate-prod-` of the stack `credmate-prod-service`."""
    return f"{stack.name.rpartition('-')[0]}-"


def _undo(incident: Incident, stacks: tuple[Stack, ...]) -> bool:
    """Whether a deployment group goes back on each of the incident's alarms."""
    watched = "".join(
        json.dumps(group.properties.get("AlarmConfiguration", {}))
        for stack in stacks
        for group in stack.of_type(DEPLOYMENT_GROUP)
    )
    ids = {
        str(alarm.properties.get("AlarmName", "")).removeprefix(_prefix(stack)): alarm.logical_id
        for stack in stacks
        for alarm in stack.of_type(ALARM)
    }
    return all(f'"{ids.get(name)}"' in watched for name in incident.stopped.alarms)
