"""What a person reads at night: what it is, since when, what was deployed, what to do."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from lambda_src.alarm_message.handler import formatted, hand_on
from lambda_src.alarm_message.message import SUBJECT_LENGTH, TEXT_LENGTH
from tests.alarm_message import told
from tests.alarm_message.told import COMPOSITE, METRIC, People, event, scene


@pytest.fixture(autouse=True)
def topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPIC_ARN", "arn:people")


def text(notification: object) -> str:
    return formatted(json.dumps(notification), scene()).text


def lines(notification: object) -> dict[str, str]:
    rows = text(notification).splitlines()[2:]
    return {label: rest.strip() for label, _, rest in (row.partition(":") for row in rows)}


def test_a_page_says_what_since_when_why_and_what_to_do() -> None:
    found = lines(COMPOSITE)
    assert text(COMPOSITE).splitlines()[0] == "PAGE: login is down (prod)"
    assert found["since"] == "2026-11-25 03:02:30 UTC, 2 min ago"
    assert found["probe"] == "login"
    assert found["fired by"] == "probe-login-failed"
    assert found["deployed last"] == told.RELEASE
    assert found["go back"] == "gate rollback --stage prod"
    assert found["runbook"] == "docs/runbook.md#login-is-down"
    assert found["why"] == "Nobody can log in. Threshold: one of its alarms."
    assert found["logs"].endswith(
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fcredmate-prod-backend"
    )


def test_a_metric_alarm_names_its_probe_and_its_reason() -> None:
    found = lines(METRIC)
    assert found["probe"] == "login"
    assert found["reason"].startswith("Threshold Crossed: 1 out of the last 3 datapoints")
    assert "fired by" not in found


def test_recovery_says_so_and_sends_nobody_to_work() -> None:
    recovered = COMPOSITE | {"NewStateValue": "OK", "OldStateValue": "ALARM"}
    assert text(recovered).startswith("RECOVERED: login is down (prod)\n")
    assert not {"go back", "deployed last"} & lines(recovered).keys()


def test_an_alarm_that_begins_has_not_recovered() -> None:
    begun = COMPOSITE | {"NewStateValue": "OK", "OldStateValue": "INSUFFICIENT_DATA"}
    assert text(begun).startswith("WATCHING: login is down (prod)\n")


def test_an_alarm_and_its_end_are_one_thread_in_the_chat() -> None:
    threads = set()
    for state in ("ALARM", "OK"):
        message = formatted(json.dumps(COMPOSITE | {"NewStateValue": state}), scene())
        threads.add(json.loads(json.loads(message.structured())["https"])["metadata"]["threadId"])
    assert threads == {"credmate-prod-login-is-down"}


def test_a_change_by_hand_says_who_did_what_and_shows_no_value() -> None:
    found = lines(told.API_CALL)
    assert found["what"] == "UpdateFunctionConfiguration"
    assert found["on"] == "credmate-prod-backend"
    assert found["who"] == "arn:aws:sts::111122223333:assumed-role/Admin/jane"
    assert "hush" not in text(told.API_CALL)


def test_drift_names_the_stack() -> None:
    found = lines(told.DRIFT)
    assert (found["stack"], found["resources"]) == ("credmate-prod-service", "2")


@pytest.mark.parametrize("notification", [told.PIPELINE, told.NOTIFIED])
def test_a_failed_pipeline_is_named_on_both_ways(notification: dict[str, Any]) -> None:
    assert text(notification).startswith("PAGE: pipeline credmate: FAILED\n")


def test_a_deployment_says_its_outcome_and_what_has_the_traffic_now() -> None:
    found = lines(told.DEPLOYMENT)
    assert text(told.DEPLOYMENT).startswith("Deployment FAILED: credmate-prod-backend\n")
    assert "HOOK_EXECUTION_FAILURE" in found["reason"]
    assert found["has the traffic"] == told.RELEASE


@pytest.mark.parametrize("what", told.EVERY)
def test_every_kind_is_formatted_and_for_each_protocol(what: str) -> None:
    people = People()
    assert hand_on(event(json.dumps(told.EVERY[what])), people, scene()) == 1
    (heard,) = people.heard
    assert "Notification as it came" not in heard["default"]
    chat = json.loads(heard["https"])
    assert (chat["version"], chat["source"]) == ("1.0", "custom")
    assert chat["content"]["title"] == heard["default"].splitlines()[0]


# Nothing is lost.


def members(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all members of a JSON value."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    return [p for key, inner in pairs for p in ((*path, key), *members(inner, (*path, key)))]


@pytest.mark.parametrize("what", told.EVERY)
@pytest.mark.parametrize("instead", [None, 7, "", [], {}, "\x00\u202e\r\n" * 50])
def test_a_notification_that_is_spoilt_anywhere_goes_on(what: str, instead: object) -> None:
    for path in members(told.EVERY[what]):
        spoilt = copy.deepcopy(told.EVERY[what])
        place: Any = spoilt
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = instead
        people = People()
        assert hand_on(event(json.dumps(spoilt)), people, scene()) == 1
        del place[path[-1]]
        assert hand_on(event(json.dumps(spoilt)), people, scene()) == 1
        assert all(heard["default"].strip() for heard in people.heard)


@pytest.mark.parametrize(
    "message",
    ["", "plain words", "[]", "7", "null", '"text"', "{", "[" * 5000, "{}", '{"AlarmName": {}}',
     '{"detail-type": ["x"]}', '{"detail-type": "Unknown", "detail": {}}', "NaN"],
)  # fmt: skip
def test_what_nobody_knows_goes_on_as_it_came(message: str) -> None:
    people = People()
    hand_on(event(message), people, scene())
    (heard,) = people.heard
    assert heard["default"].startswith("Notification as it came\n")
    assert message in heard["default"]


@pytest.mark.parametrize(
    "odd", [{}, {"Records": []}, {"Records": [{}]}, {"Records": None}, {"x": 1}]
)
def test_an_event_that_is_not_of_sns_goes_on_whole(odd: dict[str, Any]) -> None:
    people = People()
    assert hand_on(odd, people, scene()) == 1
    assert json.dumps(odd) in people.heard[0]["default"]


def test_what_sns_would_refuse_is_made_fit() -> None:
    hostile = METRIC | {"AlarmName": "ü\n" * 300, "AlarmDescription": "x" * 1_000_000}
    people = People()
    hand_on(event(json.dumps(hostile), "y" * 300_000), people, scene())
    for heard in people.heard:
        assert len(heard["Subject"]) <= SUBJECT_LENGTH
        assert heard["Subject"].isascii()
        assert heard["Subject"].isprintable()
        assert len(heard["default"]) <= TEXT_LENGTH
        assert len(json.dumps(heard)) < 256 * 1024
    assert people.heard[1]["default"].endswith("\n(cut)")


def test_a_release_that_cannot_be_asked_delays_no_alarm() -> None:
    def broken() -> str:
        raise RuntimeError("no network")

    message = formatted(json.dumps(METRIC), scene(released=broken))
    assert "credmate-prod-probe-login-failed" in message.text


def test_one_message_that_cannot_be_told_holds_up_no_other_and_fails_the_call() -> None:
    people = People(refuses="refused")
    with pytest.raises(ConnectionError):
        hand_on(event("refused", json.dumps(METRIC)), people, scene())
    assert [heard["Subject"] for heard in people.heard] == ["PAGE: probe login failed (prod)"]
