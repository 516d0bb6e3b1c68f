"""What the production templates promise of time and quiet, by simulation: docs/detection.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from gate import config
from gate.checks import detect
from gate.detect import metrics
from gate.detect.assumptions import Assumptions
from gate.report import Report
from lambda_src.canary import canary
from probes import Result, load
from stacks.components.start_failures import ALL as STARTS
from stacks.settings import ROOT
from tests.stacks.assembled import Assembled


@pytest.fixture(scope="module")
def report(assembled: Callable[[str], Assembled]) -> Report:
    parser = argparse.ArgumentParser()
    detect.add_options(parser)
    folder = str(assembled("prod").folder)
    options = parser.parse_args(["--stage", "prod", "--assembly", folder, "--runs", "250"])
    return detect.check(detect.target(options, config.load(ROOT)))


def told(report: Report, incident: str) -> float:
    """Seconds until people are told, at the 95th percentile."""
    (row,) = [row for row in report.rows if row.get("incident") == incident]
    assert isinstance(row["notify_p95"], float)
    return row["notify_p95"]


def test_a_broken_login_is_known_in_two_minutes(report: Report) -> None:
    assert told(report, "login answers wrongly") <= 120


def test_a_function_that_does_not_start_is_known_in_one(report: Report) -> None:
    assert told(report, "the function does not start") <= 60


def test_every_incident_of_the_project_is_told_and_nothing_else(report: Report) -> None:
    assert [finding.message for finding in report.findings] == []


def test_the_simulation_asks_as_the_canary_does() -> None:
    assumed = Assumptions()

    assert assumed.retry_pause == canary.PAUSE_SECONDS
    assert assumed.probe_limit == canary.PROBE_TIMEOUT_SECONDS


def test_what_alarms_see_by_the_second_is_sent_so() -> None:
    """An alarm of ten seconds on a metric that is stored by the minute sees nothing."""
    values = {"PROBE_EMAIL": "p@example.com", "PROBE_PASSWORD": "p"}
    probe = load(ROOT / "probes.toml", values)[0]

    sent = canary._data(canary.Asked(Result(probe, probe, None, (), 1.0)), "prod")

    by_the_second = {one["MetricName"] for one in sent if one.get("StorageResolution") == 1}
    assert by_the_second == set(metrics.BY_THE_SECOND) - {STARTS}
