"""Talk with the person at the terminal while an action runs: on stderr, stdout is the report's."""

from __future__ import annotations

import sys

from gate.formats import printable
from gate.report import CannotLook


def tell(line: str) -> None:
    """Say one line."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def confirm(question: str) -> None:
    """Go on only after a *yes*; raises CannotLook without one, or where nobody can be asked."""
    if not sys.stdin.isatty():
        raise CannotLook("nothing changed: no terminal to ask on; say --yes")
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise CannotLook("nothing changed: not confirmed")
