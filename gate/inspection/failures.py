"""Failures of the judged code as findings."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from gate.inspection.runner import Failure
from gate.report import Finding, Place, place, shown

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
NO_MODULE = re.compile(r"No module named '(?P<name>[\w.]+)'")
# What is said → what to do, where that tells more than the kind.
CLOSER = (
    ("partially initialized module", "break the circle: import it inside what needs it"),
    ("Could not resolve all types within mapped annotation", "import the type at run time too"),
    ("attempted relative import", "import it absolutely, or say --root for the folder above"),
)


def finding(check: str, what: str, failure: Failure, file: Path) -> Finding:
    """Return the finding that ``what`` (an entry point, whose module is ``file``) failed."""
    verb = {
        "import-failed": "does not import: ",
        "prepare-failed": "cannot be prepared: ",
        "inspection-failed": "cannot be looked at: ",
    }
    return Finding(
        rule=f"{check}.{failure.kind}",
        message=f"{what} {verb.get(failure.kind, '')}{failure.message}",
        places=(_place(failure, file),),
        fix=_fix(failure, file),
        detail=failure.detail,
    )


def _fix(failure: Failure, file: Path) -> str:
    """Return what to do; some messages tell more than the kind of the failure does."""
    if missing := NO_MODULE.search(failure.message):
        other = _in_another_case(missing["name"], file)
        if other is not None:
            return f"there is {shown(other)}: on Linux the case of a name counts"
        return f"install or write the module; {Path(sys.executable).name} does not find it"
    closer = (fix for pattern, fix in CLOSER if pattern in failure.message)
    return next(closer, FIXES.get(failure.kind, ""))


def _in_another_case(name: str, file: Path) -> Path | None:
    """Return the file of a module, or its folder, that is spelled otherwise than ``name``."""
    *packages, last = name.split(".")
    for root in file.parents:
        folder = root.joinpath(*packages)
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.stem != last and path.stem.lower() == last.lower():
                return path
        if folder.is_dir() and packages:
            break
    return None


def _place(failure: Failure, file: Path) -> Place:
    return place(failure.file or file, failure.line)
