"""A report for people: what, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gate.report import Finding, Report


def render(reports: Sequence[Report], errors: Mapping[str, str]) -> str:
    """Return the lines of every report; errors are the command line's to say, on stderr."""
    del errors
    return "".join(f"{line}\n" for report in reports for line in _report(report))


def printable(text: str) -> str:
    """Return ``text`` with control characters escaped: other people's strings are in it."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _report(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield from _finding(report.check, finding)
    for note in report.notes:
        yield printable(f"{report.check}: {note}")
    yield f"{report.check}: {_verdict(report)}"


def _finding(check: str, finding: Finding) -> Iterator[str]:
    yield printable(f"{check}: {finding.message}")
    for place in finding.places:
        yield printable(f"  {place}")
    for line in finding.detail.splitlines():
        yield printable(f"  | {line}")
    if finding.fix:
        yield printable(f"  fix: {finding.fix}")


def _verdict(report: Report) -> str:
    count = len(report.findings)
    return "passed" if not count else f"{count} finding{'s' if count > 1 else ''}"
