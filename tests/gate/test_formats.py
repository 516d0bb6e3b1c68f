from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]  # its stubs are another package
import pytest

from gate import formats
from gate.report import Case, Finding, Place, Report
from tests.gate.planting import REPOSITORY

FINDING = Finding(
    "parity.middleware.missing",
    "GZipMiddleware(minimum_size=500) is in main:app and not in lazy_app:app",
    (Place("main.py", 42), Place("/srv/lazy app.py")),
    fix="add it in lazy_app.py, or build both from one function",
    detail="one\ntwo",
)
FAILED = Report("parity", (FINDING,))
PASSED = Report("models", notes=("lazy_app maps 3 classes",))
PROBED = Report(
    "smoke",
    (Finding("smoke.probe", "login failed"),),
    cases=(Case("health", (), 12.5), Case("login", ("status 500", "no token"), 3)),
)
REPORTS = (FAILED, PASSED, PROBED)
ERRORS = {"handler": "handler.py: no such file"}
# What other people's strings may hold: escapes of a terminal, what XML and UTF-8 cannot hold.
HOSTILE = Finding(
    "parity.x", "\x1b[2J\x00\x08 <&> \ud800 ]]>", (Place("a\x1b.py", 1),), detail="\x07"
)


def sarif_schema() -> Any:
    return json.loads((REPOSITORY / "tests/assets/schemas/sarif-2.1.0.json").read_text())


def json_schema() -> Any:
    return json.loads((REPOSITORY / "gate/formats/schema.json").read_text())


def test_text_is_for_people() -> None:
    assert formats.render("text", REPORTS, ERRORS) == (
        "parity: GZipMiddleware(minimum_size=500) is in main:app and not in lazy_app:app\n"
        "  main.py:42\n"
        "  /srv/lazy app.py\n"
        "  | one\n"
        "  | two\n"
        "  fix: add it in lazy_app.py, or build both from one function\n"
        "parity: 1 finding\n"
        "models: lazy_app maps 3 classes\n"
        "models: passed\n"
        "smoke: login failed\n"
        "smoke: 1 finding\n"
    )


def test_text_sends_no_escapes_to_the_terminal() -> None:
    text = formats.render("text", [Report("parity", (HOSTILE,))], {})
    assert all(char.isprintable() for line in text.splitlines() for char in line)
    assert "\\x1b[2J" in text


@pytest.mark.parametrize("reports", [(), REPORTS, (PASSED,), (Report("parity", (HOSTILE,)),)])
def test_json_is_as_its_schema_says(reports: tuple[Report, ...]) -> None:
    document = json.loads(formats.render("json", reports, ERRORS))
    jsonschema.Draft202012Validator(json_schema()).validate(document)
    assert document["passed"] is False
    assert document["errors"] == [{"check": "handler", "message": "handler.py: no such file"}]


def test_json_says_everything() -> None:
    document = json.loads(formats.render("json", REPORTS, {}))
    parity, models, smoke = document["reports"]
    assert parity["findings"][0]["places"] == [
        {"path": "main.py", "line": 42},
        {"path": "/srv/lazy app.py", "line": None},
    ]
    assert models["passed"] is True
    assert models["notes"] == ["lazy_app maps 3 classes"]
    assert smoke["cases"][1] == {
        "name": "login",
        "reasons": ["status 500", "no token"],
        "elapsed_ms": 3,
    }
    assert json.loads(formats.render("json", [PASSED], {}))["passed"] is True


def test_the_schema_can_fail() -> None:
    document = json.loads(formats.render("json", REPORTS, {}))
    document["reports"][0]["findings"][0]["severity"] = "high"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_schema())


@pytest.mark.parametrize("reports", [(), REPORTS, (PASSED,), (Report("parity", (HOSTILE,)),)])
def test_sarif_is_as_the_published_schema_says(reports: tuple[Report, ...]) -> None:
    document = json.loads(formats.render("sarif", reports, ERRORS))
    jsonschema.Draft4Validator(sarif_schema()).validate(document)


def test_sarif_places_results() -> None:
    parity, _, _, handler = json.loads(formats.render("sarif", REPORTS, ERRORS))["runs"]
    (result,) = parity["results"]
    assert result["ruleId"] == "parity.middleware.missing"
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "main.py"}, "region": {"startLine": 42}}
    other = result["relatedLocations"][0]["physicalLocation"]
    assert other == {"artifactLocation": {"uri": "file:///srv/lazy%20app.py"}}
    assert parity["invocations"][0]["executionSuccessful"] is True
    assert handler["invocations"][0]["executionSuccessful"] is False


def test_junit_counts_what_was_tried_and_found() -> None:
    suites = ElementTree.fromstring(formats.render("junit", REPORTS, ERRORS))  # noqa: S314 - ours
    counts = [
        tuple(suite.attrib[name] for name in ("name", "tests", "failures", "errors"))
        for suite in suites
    ]
    assert counts == [
        ("gate.parity", "1", "1", "0"),
        ("gate.models", "1", "0", "0"),
        ("gate.smoke", "3", "2", "0"),
        ("gate.handler", "1", "0", "1"),
    ]
    failure = suites.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "main.py:42" in failure.text
    assert "fix: add it" in failure.text
    assert [case.attrib["time"] for case in suites[2]][:2] == ["0.013", "0.003"]


def test_junit_is_xml_whatever_is_in_it() -> None:
    text = formats.render("junit", [Report("parity", (HOSTILE,))], {"models": "\x00"})
    suites = ElementTree.fromstring(text)  # noqa: S314 - ours
    assert "<&>" in suites[0][0].attrib["name"]
    text.encode("utf-8")


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.txt"
    file.write_text("old")

    def fail(_self: Path, _target: Path) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="disk full"):
            formats.write_atomically(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    formats.write_atomically(file, "new")
    assert file.read_text() == "new"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask


def test_github_annotates_the_line() -> None:
    lines = formats.render("github", REPORTS, ERRORS).splitlines()
    assert lines == [
        "::error file=main.py,line=42,title=parity.middleware.missing::"
        "GZipMiddleware(minimum_size=500) is in main:app and not in lazy_app:app"
        "%0Aalso /srv/lazy app.py%0Aone%0Atwo"
        "%0Afix: add it in lazy_app.py, or build both from one function",
        "::notice title=gate models::lazy_app maps 3 classes",
        "::error title=smoke.probe::login failed",
        "::error title=gate handler::handler.py: no such file",
    ]


def test_github_commands_cannot_be_broken_out_of() -> None:
    place = Place("a,b:c%0A\n::error::x.py", 3)
    finding = Finding("parity.x", "100%\r\n::warning::injected, \x1b[2J: \u2028", (place,))
    report = Report("parity", (finding,), notes=("a\n::error::b",))
    lines = formats.render("github", [report], {}).split("\n")
    assert lines == [
        "::error file=a%2Cb%3Ac%250A%0A%3A%3Aerror%3A%3Ax.py,line=3,title=parity.x"
        "::100%25%0D%0A::warning::injected, \\x1b[2J: \\u2028",
        "::notice title=gate parity::a%0A::error::b",
        "",
    ]


def test_github_says_nothing_where_there_is_nothing_to_say() -> None:
    assert formats.render("github", [Report("parity")], {}) == ""
