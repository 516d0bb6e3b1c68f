"""Whether somebody is told of an incident that has traffic: the alarms that must fire are there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

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

    Raises:
        CannotLook: there is no report in the file.
    """
    played = _read(report) if report else {"findings": (), "rows": ()}
    problem = _unseen(incident, assembly.stacks(folder)) or _found(incident, played["findings"])
    code, said = (UNSEEN, problem) if problem else (SEEN, f"told by {', '.join(needed(incident))}")
    return Step(incident.stopped.by, _told(incident, played["rows"]), ()), Outcome(code, said, 0.0)


def _read(report: Path) -> dict[str, Any]:
    try:
        (played,) = json.loads(report.read_text(encoding="utf-8"))["reports"]
        return {"findings": played["findings"], "rows": played["rows"]}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise CannotLook(f"{report.name}: not a report of gate detect: {exc}") from exc


def _told(incident: Incident, rows: Iterable[Mapping[str, Any]]) -> str:
    """When people are told, of which one run in twenty may take longer."""
    times = [row["notify_p95"] for row in rows if row.get("incident") == incident.name]
    return f"told after {times[0]:.0f} s" if times and times[0] is not None else STEP


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


def _found(incident: Incident, findings: Iterable[Mapping[str, Any]]) -> str:
    """The first finding that is about the incident's file; empty without one."""
    name = f"{FOLDER}/{incident.file.name}"
    about = (
        str(finding["message"])
        for finding in findings
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
