"""JUnit XML, as CodeBuild's report groups read it: a suite a check, a case a finding or probe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree

from gate.report import Finding, Report

# What XML 1.0 cannot hold, escaped or not.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(reports: Sequence[Report], errors: Mapping[str, str]) -> str:
    """Return one ``testsuites`` document."""
    suites = ElementTree.Element("testsuites", name="gate")
    suites.extend(_suite(report) for report in reports)
    suites.extend(_error_suite(check, message) for check, message in errors.items())
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(report: Report) -> ElementTree.Element:
    cases = [*_tried(report), *(_failed(report.check, finding) for finding in report.findings)]
    if not cases:
        cases = [_case(report.check, "nothing found")]
    return _element("testsuite", cases, name=f"gate.{report.check}", **_counts(cases))


def _error_suite(check: str, message: str) -> ElementTree.Element:
    error = _element("error", message=message, type="CannotLook")
    cases = [_case(check, "could not run", error)]
    return _element("testsuite", cases, name=f"gate.{check}", **_counts(cases))


def _tried(report: Report) -> Iterator[ElementTree.Element]:
    for case in report.cases:
        failures = [_element("failure", message=reason) for reason in case.reasons]
        element = _case(report.check, case.name, *failures[:1])
        element.set("time", f"{case.elapsed_ms / 1000:.3f}")
        yield element


def _failed(check: str, finding: Finding) -> ElementTree.Element:
    failure = _element("failure", message=finding.message, type=finding.rule)
    lines = [*map(str, finding.places), finding.detail, finding.fix and f"fix: {finding.fix}"]
    failure.text = _clean("\n".join(line for line in lines if line))
    return _case(check, f"{finding.rule}: {finding.message}", failure)


def _case(check: str, name: str, *children: ElementTree.Element) -> ElementTree.Element:
    return _element("testcase", children, classname=f"gate.{check}", name=name, time="0")


def _counts(cases: Sequence[ElementTree.Element]) -> dict[str, str]:
    def having(tag: str) -> str:
        return str(sum(case.find(tag) is not None for case in cases))

    return {"tests": str(len(cases)), "failures": having("failure"), "errors": having("error")}


def _element(
    tag: str, children: Sequence[ElementTree.Element] = (), **attributes: str
) -> ElementTree.Element:
    cleaned = {name: _clean(value) for name, value in attributes.items()}
    element = ElementTree.Element(tag, cleaned)
    element.extend(children)
    return element


def _clean(text: str) -> str:
    return NOT_XML.sub(lambda match: repr(match.group())[1:-1], text)
