"""`gate detect`: the simulation, on a small template, by its command line."""

from __future__ import annotations

import json
import operator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gate.cli import main
from gate.detect.assumptions import Assumptions
from gate.detect.evaluate import course
from gate.detect.model import Metric, MetricAlarm, Query
from gate.detect.play import Fault, Setting, play
from gate.detect.states import Missing
from gate.detect.study import REFERENCE
from tests.gate.watched import GOOD, alarm, assembly

RUN = ("detect", "--stage", "prod", "--runs", "100")
LOGIN = {"Name": "Probe", "Value": "login"}


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def detect(
    resources: dict[str, Any], capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str, str]:
    if not Path("cdk.out").exists():
        assembly(Path.cwd(), resources)
    code = main([*RUN, *options])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_watch_that_tells_in_time_passes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = detect(GOOD, capsys)

    assert code == 0, out
    assert "login answers wrongly" in out
    assert "a probe fails once in a canary run" in out


def test_the_same_seed_gives_the_same_numbers_and_picture(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outputs = [detect(GOOD, capsys, "--seed", seed, "--plot", f"{n}.svg")[1] for n, seed in
               enumerate("775")]  # fmt: skip

    assert outputs[0] == outputs[1] != outputs[2]
    assert Path("0.svg").read_bytes() == Path("1.svg").read_bytes() != Path("2.svg").read_bytes()


def test_an_alarm_by_the_minute_is_too_late(capsys: pytest.CaptureFixture[str]) -> None:
    """Two minutes of data in a row: three minutes on average, and more at the 95th percentile."""
    slow = alarm(Dimensions=[LOGIN], Period=60, EvaluationPeriods=2, DatapointsToAlarm=2)

    code, out, _ = detect({**GOOD, "login": slow}, capsys)

    assert code == 1
    assert "login answers wrongly: people are told after" in out
    assert "at most 120 s" in out


def test_a_ticket_does_not_tell_of_a_broken_login(capsys: pytest.CaptureFixture[str]) -> None:
    ticket = alarm(Dimensions=[LOGIN], AlarmActions=[{"Ref": "TicketTopic"}])

    code, out, _ = detect({**GOOD, "login": ticket}, capsys)

    assert code == 1
    assert "login answers wrongly: in 100% of the runs nobody is told" in out


def test_an_alarm_on_every_first_failure_wakes_too_often(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nervous = alarm("ProbeRetried", Period=60, Statistic="Sum")

    code, out, _ = detect({**GOOD, "nervous": nervous}, capsys)

    assert code == 1
    assert "a healthy year wakes somebody" in out


def test_json_has_a_row_for_each_incident(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = detect(GOOD, capsys, "--format", "json")

    rows = json.loads(out)["reports"][0]["rows"]
    assert code == 0
    assert [row["incident"] for row in rows if "incident" in row] == [c.name for c in REFERENCE]
    assert 0 < rows[0]["notify_p50"] <= rows[0]["notify_p95"] <= rows[0]["notify_max"]


def test_an_incident_names_the_alarm_that_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rehearsals").mkdir()
    Path("rehearsals/slow.toml").write_text(
        'title = "t"\nhistory = "h"\nsource = "https://example.com"\nlive = "l"\n'
        '[stopped]\nby = "watch"\nwithin_seconds = 300\nalarms = ["login", "duration"]\n'
        '[signals]\nkind = "login"\nprobes = { login = 1.0 }\n'
    )

    code, out, _ = detect(GOOD, capsys)

    assert code == 1
    assert "slow needs an alarm duration, and the templates have none" in out
    assert "alarm login fires" not in out


UNKNOWN = {
    "kind": (
        {"x": alarm(ComparisonOperator="GreaterThanUpperThreshold", ThresholdMetricId="band")},
        "alarm x is of a kind that gate detect does not know",
    ),
    "rule": (
        {
            "x": {
                "Type": "AWS::CloudWatch::CompositeAlarm",
                "Properties": {"AlarmName": "all", "AlarmRule": "ALARM(nobody)"},
            }
        },
        "alarm all: its rule names alarm nobody, which the stage does not have",
    ),
    "metric": ({"x": alarm("Nobody", Period=60)}, "alarm x: metric N Nobody"),
    "resolution": ({"x": alarm("ProbeDuration")}, "alarm x: metric ProbeDuration is stored by the"),
    "function": (
        {
            "x": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    **alarm()["Properties"],
                    "Metrics": [
                        {"Id": "e", "Expression": "RATE(m)"},
                        {
                            "Id": "m",
                            "ReturnData": False,
                            "MetricStat": {
                                "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"},
                                "Period": 60,
                                "Stat": "Sum",
                            },
                        },
                    ],
                },
            }
        },
        "alarm x: function RATE is not known to the simulation",
    ),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_cannot_be_played_is_named(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    resources, message = UNKNOWN[what]

    code, _, err = detect({**GOOD, **resources}, capsys)

    assert code == 2
    assert message in err


def test_without_templates_it_says_what_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text("[tool.gate]\n")
    Path("probes.toml").write_text('[[probe]]\nname = "login"\n')

    assert main([*RUN]) == 2
    assert "make synth STAGE=prod" in capsys.readouterr().err


def test_an_alarm_sees_whole_minutes_at_its_own_second() -> None:
    """The guide's event of a state change: asked at 17:04:40.985, for the window from 16:59."""
    setting = Setting(50, 600.0, ("login",), 60.0, Assumptions())
    played = play(Fault(REFERENCE[0].signals), setting, (1,))
    query = Query(Metric("N", "ProbeFailed", {"Probe": "login"}), "Maximum", 60)
    watched = MetricAlarm("a", {"m": query}, None, operator.ge, 1, 60, 1, 1, Missing.NOT_BREACHING)

    found = course(watched, played, ())

    fired = np.nanmin(found.rises(played.start), axis=1)
    first = np.where(played.canary.failed[..., 0], played.canary.reported, np.inf).min(axis=1)
    assert np.allclose(np.diff(found.when, axis=1), 60)
    assert (fired >= np.ceil(first / 60) * 60).all()
