"""Workflow commands of GitHub Actions: each finding is an annotation at its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gate.formats.as_text import printable
from gate.report import Finding, Place, Report

# What ends a command's message, and what ends one of its properties too.
IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
IN_PROPERTIES = {**IN_MESSAGES, ":": "%3A", ",": "%2C"}


def render(reports: Sequence[Report], errors: Mapping[str, str]) -> str:
    """Return a command a line: errors for findings, notices for notes."""
    lines = [line for report in reports for line in _report(report)]
    lines += [_command("error", message, title=f"gate {c}") for c, message in errors.items()]
    return "".join(f"{line}\n" for line in lines)


def _report(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield _finding(finding)
    for note in report.notes:
        yield _command("notice", note, title=f"gate {report.check}")


def _finding(finding: Finding) -> str:
    first, *others = finding.places or (None,)
    parts = (
        finding.message,
        *(f"also {place}" for place in others),
        finding.detail,
        finding.fix and f"fix: {finding.fix}",
    )
    message = "\n".join(part for part in parts if part)
    return _command("error", message, **_where(first), title=finding.rule)


def _where(place: Place | None) -> dict[str, str]:
    if place is None:
        return {}
    return (
        {"file": place.path}
        if place.line is None
        else {
            "file": place.path,
            "line": str(place.line),
        }
    )


def _command(kind: str, message: str, **properties: str) -> str:
    said = ",".join(f"{name}={_escaped(text, IN_PROPERTIES)}" for name, text in properties.items())
    return f"::{kind} {said}::{_escaped(message, IN_MESSAGES)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    """Return ``text`` so that it stays on its line; other control characters are shown."""
    return "".join(table.get(char) or printable(char) for char in text)
