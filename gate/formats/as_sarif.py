"""SARIF 2.1.0, as code scanning reads it: a run a check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from gate.report import Finding, Place, Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(reports: Sequence[Report], errors: Mapping[str, str]) -> str:
    """Return one SARIF log; a check that could not run is an unsuccessful invocation."""
    runs = [_run(report.check, report.findings, report.notes) for report in reports]
    runs += [_run(check, (), (message,), successful=False) for check, message in errors.items()]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2) + "\n"


def _run(
    check: str, findings: Sequence[Finding], notes: Sequence[str], *, successful: bool = True
) -> dict[str, Any]:
    level = "note" if successful else "error"
    return {
        "tool": {"driver": {"name": f"gate {check}", "rules": _rules(findings)}},
        "invocations": [
            {
                "executionSuccessful": successful,
                "toolExecutionNotifications": [
                    {"level": level, "message": {"text": note}} for note in notes
                ],
            }
        ],
        "results": [_result(finding) for finding in findings],
    }


def _rules(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"id": rule} for rule in sorted({finding.rule for finding in findings})]


def _result(finding: Finding) -> dict[str, Any]:
    parts = (finding.message, finding.detail, finding.fix and f"fix: {finding.fix}")
    locations = [_location(place) for place in finding.places]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": "error",
        "message": {"text": "\n".join(part for part in parts if part)},
    }
    if locations:
        result["locations"] = locations[:1]
    if locations[1:]:
        result["relatedLocations"] = locations[1:]
    return result


def _location(place: Place) -> dict[str, Any]:
    path = PurePosixPath(place.path)
    uri = Path(path).as_uri() if path.is_absolute() else quote(path.as_posix())
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.line is not None:
        physical["region"] = {"startLine": place.line}
    return {"physicalLocation": physical}
