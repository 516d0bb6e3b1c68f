"""`gate scan`: what ECR found stops an image from the threshold on, and no answer is no pass."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from gate.checks import scan
from gate.cli import main
from gate.deployed import scanning
from gate.report import CannotLook
from tests.gate import aws_answers

DIGEST = f"sha256:{'a' * 64}"
ENDED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
BASIC = {
    "name": "CVE-2026-1",
    "severity": "HIGH",
    "uri": "https://example.com/CVE-2026-1",
    "attributes": [
        {"key": "package_name", "value": "openssl"},
        {"key": "package_version", "value": "3.0.1"},
    ],
}
INSPECTOR = {
    "severity": "CRITICAL",
    "status": "ACTIVE",
    "packageVulnerabilityDetails": {
        "vulnerabilityId": "CVE-2026-2",
        "sourceUrl": "https://example.com/CVE-2026-2",
        "vulnerablePackages": [{"name": "zlib", "version": "1.2", "fixedInVersion": "1.3"}],
    },
}


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setattr(scanning, "POLL_SECONDS", 0)


def answers(monkeypatch: pytest.MonkeyPatch, *rounds: Any) -> None:
    """Let ECR answer these, one call after the other, and the last one for ever."""
    waiting: Iterator[Any] = iter(rounds)
    last: list[Any] = []

    def answer(operation: str, request: Mapping[str, Any]) -> Any:
        assert request["imageId"] == {"imageDigest": DIGEST}
        last[:] = [next(waiting, *last)] if last else [next(waiting)]
        if isinstance(last[0], str):
            raise ClientError({"Error": {"Code": last[0], "Message": "no"}}, operation)
        return last[0]

    aws_answers.put(monkeypatch, ecr=answer)


def said(status: str, *, ended: bool = True, **findings: Any) -> dict[str, Any]:
    """An answer; of a scan that ended it says when."""
    when = {"imageScanCompletedAt": ENDED} if ended else {}
    return {"imageScanStatus": {"status": status}, "imageScanFindings": {**findings, **when}}


def target(threshold: str = "HIGH", seconds: float = 60) -> scan.Target:
    return scan.Target("backend", DIGEST, threshold=threshold, seconds=seconds)


def test_a_finding_of_the_threshold_stops_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, said("COMPLETE", findings=[BASIC]))
    (finding,) = scan.check(target()).findings
    assert finding.message == "CVE-2026-1 (HIGH) in openssl 3.0.1"
    assert finding.detail == "https://example.com/CVE-2026-1"


def test_inspectors_finding_names_the_version_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers(monkeypatch, said("ACTIVE", enhancedFindings=[INSPECTOR]))
    (finding,) = scan.check(target()).findings
    assert finding.message == "CVE-2026-2 (CRITICAL) in zlib 1.2"
    assert finding.fix == "take 1.3 or newer"


@pytest.mark.parametrize("severity", ["MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"])
def test_a_finding_below_the_threshold_is_counted(
    severity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, said("COMPLETE", findings=[BASIC | {"severity": severity}]))
    report = scan.check(target())
    assert report.findings == ()
    assert report.notes == (f"backend@{DIGEST}: 1 {severity}",)


def test_what_is_closed_or_suppressed_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, said("ACTIVE", enhancedFindings=[INSPECTOR | {"status": "SUPPRESSED"}]))
    assert scan.check(target()).notes == (f"backend@{DIGEST}: nothing found",)


def test_it_waits_for_a_scan_that_has_not_begun_and_one_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = ("ScanNotFoundException", said("PENDING"), said("IN_PROGRESS", ended=False))
    answers(monkeypatch, *rounds, said("COMPLETE", findings=[BASIC]))
    assert len(scan.check(target()).findings) == 1


@pytest.mark.parametrize("status", ["ACTIVE", "COMPLETE"])
def test_a_status_alone_is_no_result(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Inspector: it is told at once, and the findings come with the end of the first scan."""
    waiting = said(status, ended=False, findings=[])
    answers(monkeypatch, waiting, waiting, said(status, enhancedFindings=[INSPECTOR]))
    (finding,) = scan.check(target()).findings
    assert finding.message == "CVE-2026-2 (CRITICAL) in zlib 1.2"


def test_a_scan_that_ended_with_nothing_is_a_clean_image(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, said("ACTIVE"))
    assert scan.check(target()).findings == ()


@pytest.mark.parametrize(
    "round_",
    [
        "ScanNotFoundException",
        said("IN_PROGRESS"),
        said("ACTIVE", ended=False),
        said("COMPLETE", ended=False),
    ],
)
def test_a_scan_that_does_not_end_is_no_pass(round_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, round_)
    with pytest.raises(CannotLook, match="after 0 s; is scanning on push switched on"):
        scan.check(target(seconds=0))


@pytest.mark.parametrize("status", ["FAILED", "UNSUPPORTED_IMAGE", "FINDINGS_UNAVAILABLE"])
def test_a_scan_that_has_no_result_is_no_pass(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, said(status))
    with pytest.raises(CannotLook, match=f"the scan ended as {status}"):
        scan.check(target())


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "AccessDeniedException", "ExpiredTokenException",
     "ImageNotFoundException", "RepositoryNotFoundException"],
)  # fmt: skip
def test_what_stands_in_the_way_is_one_line_and_exit_code_2(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, code)
    assert main(["scan", "--repository", "backend", "--digest", DIGEST]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert code in line and "scan of backend@" in line


def test_a_wrong_digest_is_said_before_aws_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--repository", "backend", "--digest", "latest"]) == 2
    assert "--digest 'latest'" in capsys.readouterr().err
