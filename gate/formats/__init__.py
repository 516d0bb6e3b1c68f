"""Reports as text, JSON, JUnit XML, SARIF 2.1.0 and annotations of GitHub Actions."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gate.formats.as_text import printable
from gate.report import Report

__all__ = ["NAMES", "printable", "render", "write_atomically"]

# Reports, and why the checks that have none could not run, by name → a document.
Render = Callable[[Sequence[Report], Mapping[str, str]], str]

NAMES = ("text", "json", "junit", "sarif", "github")  # each a module as_NAME, loaded when asked for


def render(name: str, reports: Sequence[Report], errors: Mapping[str, str]) -> str:
    """Return ``reports`` in the format ``name``; it ends with a new line."""
    rendered: Render = importlib.import_module(f"gate.formats.as_{name}").render
    return rendered(reports, errors)


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path``; a reader sees the old file or the new one. Raises OSError."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # noqa: PTH101 - mkstemp's 0600 would hide a report
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
