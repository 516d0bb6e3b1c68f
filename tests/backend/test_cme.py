from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.backend.support import Person

TOPICS = "/api/v1/cme/topics"
ACTIVITIES = "/api/v1/cme/activities"
SUMMARY = "/api/v1/cme/summary"
NEW = {
    "title": "Opioid prescribing",
    "sponsor": "State University",
    "completed_on": "2024-05-01",
    "hours": "1.50",
}


def topic(client: TestClient, staff: Person, name: str) -> str:
    answer = client.post(TOPICS, json={"name": name}, headers=staff.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def activity(client: TestClient, someone: Person, **changes: Any) -> dict[str, Any]:
    answer = client.post(ACTIVITIES, json=NEW | changes, headers=someone.headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_staff_create_topics_that_everybody_sees(
    client: TestClient, coordinator: Person, provider: Person
) -> None:
    topic(client, coordinator, "Ethics")
    refused = client.post(TOPICS, json={"name": "Golf"}, headers=provider.headers)
    assert refused.status_code == 403
    twice = client.post(TOPICS, json={"name": "ETHICS"}, headers=coordinator.headers)
    assert twice.status_code == 409
    listed = client.get(TOPICS, headers=provider.headers).json()
    assert [item["name"] for item in listed["items"]] == ["Ethics"]


def test_an_activity_goes_in_and_out_with_its_topics(
    client: TestClient, coordinator: Person, provider: Person
) -> None:
    ethics, pain = (topic(client, coordinator, name) for name in ("Ethics", "Pain"))
    logged = activity(client, provider, topic_ids=[pain, ethics, pain], hours=1.5)
    assert logged["provider_id"] == str(provider.provider_id)
    assert logged["hours"] == "1.50"
    assert [item["name"] for item in logged["topics"]] == ["Ethics", "Pain"]
    path = f"{ACTIVITIES}/{logged['id']}"
    assert client.get(path, headers=provider.headers).json() == logged
    changed = client.put(
        path, json=NEW | {"topic_ids": [pain], "hours": "2"}, headers=provider.headers
    ).json()
    assert [item["name"] for item in changed["topics"]] == ["Pain"]
    assert changed["hours"] == "2.00"
    assert client.delete(path, headers=provider.headers).status_code == 204
    assert client.get(path, headers=provider.headers).status_code == 404


def test_another_providers_activity_does_not_exist(
    client: TestClient, provider: Person, other_provider: Person
) -> None:
    path = f"{ACTIVITIES}/{activity(client, other_provider)['id']}"
    for answer in (
        client.get(path, headers=provider.headers),
        client.put(path, json=NEW, headers=provider.headers),
        client.delete(path, headers=provider.headers),
        client.get(
            SUMMARY,
            params={"provider_id": str(other_provider.provider_id)},
            headers=provider.headers,
        ),
    ):
        assert answer.status_code == 404
    assert client.get(ACTIVITIES, headers=provider.headers).json()["total"] == 0


def test_lists_by_topic_and_day(client: TestClient, coordinator: Person, provider: Person) -> None:
    ethics = topic(client, coordinator, "Ethics")
    activity(client, provider, title="first", completed_on="2023-12-31", topic_ids=[ethics])
    activity(client, provider, title="second", completed_on="2024-01-01")
    activity(client, provider, title="third", completed_on="2024-12-31", topic_ids=[ethics])

    def titles(**params: str) -> list[str]:
        answer = client.get(ACTIVITIES, params=params, headers=coordinator.headers)
        return [item["title"] for item in answer.json()["items"]]

    assert titles() == ["third", "second", "first"]
    assert titles(topic_id=ethics) == ["third", "first"]
    assert titles(first="2024-01-01", last="2024-12-31") == ["third", "second"]
    assert titles(provider_id=str(uuid4())) == []


def test_the_summary_adds_exactly(
    client: TestClient, coordinator: Person, provider: Person, other_provider: Person
) -> None:
    ethics, pain = (topic(client, coordinator, name) for name in ("Ethics", "Pain"))
    activity(client, provider, hours="0.10", topic_ids=[ethics])
    activity(client, provider, hours="0.20", topic_ids=[ethics, pain])
    activity(client, provider, hours="5", completed_on="2019-01-01")
    activity(client, other_provider, hours="9", topic_ids=[ethics])
    params = {"first": "2024-01-01"}
    summary = client.get(SUMMARY, params=params, headers=provider.headers).json()
    assert summary["hours"] == "0.30"
    assert summary["activities"] == 2
    assert [(item["topic"]["name"], item["hours"]) for item in summary["by_topic"]] == [
        ("Ethics", "0.30"),
        ("Pain", "0.20"),
    ]
    params = {"provider_id": str(provider.provider_id)}
    seen_by_staff = client.get(SUMMARY, params=params, headers=coordinator.headers).json()
    assert seen_by_staff["hours"] == "5.30"
    assert client.get(SUMMARY, headers=coordinator.headers).status_code == 422


def test_the_summary_of_nothing_is_zero(client: TestClient, provider: Person) -> None:
    summary = client.get(SUMMARY, headers=provider.headers).json()
    assert (summary["hours"], summary["activities"], summary["by_topic"]) == ("0.00", 0, [])


@pytest.mark.parametrize(
    "change",
    [
        {"hours": 0},
        {"hours": -1},
        {"hours": "0.001"},
        {"hours": "1000"},
        {"hours": "NaN"},
        {"hours": "Infinity"},
        {"hours": "1e400"},
        {"completed_on": "9999-12-31"},
        {"completed_on": "yesterday"},
        {"topic_ids": ["x"]},
        {"topic_ids": [str(uuid4())]},
        {"topic_ids": [str(uuid4())] * 21},
        {"title": "\x00"},
        {"title": "a" * 201},
    ],
)
def test_a_malformed_activity_is_refused(
    client: TestClient, provider: Person, change: dict[str, Any]
) -> None:
    answer = client.post(ACTIVITIES, json=NEW | change, headers=provider.headers)
    assert answer.status_code == 422
    assert client.get(ACTIVITIES, headers=provider.headers).json()["total"] == 0
