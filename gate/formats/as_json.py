"""A report for programs; ``schema.json`` beside this file describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from gate.report import Report

VERSION = 1


def render(reports: Sequence[Report], errors: Mapping[str, str]) -> str:
    """Return one JSON document."""
    document = {
        "version": VERSION,
        "passed": not errors and all(report.passed for report in reports),
        "reports": [{**asdict(report), "passed": report.passed} for report in reports],
        "errors": [{"check": check, "message": message} for check, message in errors.items()],
    }
    return json.dumps(document, indent=2) + "\n"
