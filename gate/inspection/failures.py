"""Failures of the judged code as findings."""

from __future__ import annotations

import sys
from pathlib import Path

from gate.inspection.runner import Failure
from gate.report import Finding, Place, place

# Kind of failure → what to do about it.
FIXES = {
    "import-failed": "make it importable by itself; what it needs from the environment "
    "goes into [tool.gate.env]",
    "hangs": "do not wait for anything at import; if it is only slow, say --timeout SECONDS",
    "exits": "do not end the process at import",
    "no-attribute": "define it there, or correct the name",
    "not-asgi": "name the application itself",
    "not-callable": "name a function that takes (event, context)",
    "prepare-failed": "make every router that is loaded on demand importable",
    "factory-failed": "make the factory work without arguments",
    "openapi-failed": "mend the route that the error names",
    "inspection-failed": "mend what the error names: reading the application must not fail",
}


def finding(check: str, what: str, failure: Failure, file: Path) -> Finding:
    """Return the finding that ``what`` (an entry point, whose module is ``file``) failed."""
    verb = {
        "import-failed": "does not import: ",
        "prepare-failed": "cannot be prepared: ",
        "inspection-failed": "cannot be looked at: ",
    }
    fix = FIXES.get(failure.kind, "")
    if "No module named" in failure.message:
        fix = f"install or write the module; {Path(sys.executable).name} does not find it"
    return Finding(
        rule=f"{check}.{failure.kind}",
        message=f"{what} {verb.get(failure.kind, '')}{failure.message}",
        places=(_place(failure, file),),
        fix=fix,
        detail=failure.detail,
    )


def _place(failure: Failure, file: Path) -> Place:
    return place(failure.file or file, failure.line)
