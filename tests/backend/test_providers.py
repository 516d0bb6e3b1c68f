from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from shared.identity import Role
from tests.backend.support import NPIS, Person, person

PROVIDERS = "/api/v1/providers"
NEW = {"npi": NPIS[2], "first_name": "Rosalind", "last_name": "Franklin", "specialty": "Radiology"}


def test_staff_create_read_and_replace(client: TestClient, coordinator: Person) -> None:
    created = client.post(PROVIDERS, json=NEW, headers=coordinator.headers)
    assert created.status_code == 201
    path = f"{PROVIDERS}/{created.json()['id']}"
    assert client.get(path, headers=coordinator.headers).json() == created.json()
    body = NEW | {"specialty": None}
    assert client.put(path, json=body, headers=coordinator.headers).json()["specialty"] is None
    found = client.get(PROVIDERS, params={"search": "frank"}, headers=coordinator.headers).json()
    assert [item["npi"] for item in found["items"]] == [NEW["npi"]]


def test_a_provider_sees_themselves_alone(
    client: TestClient, provider: Person, other_provider: Person
) -> None:
    own = client.get(f"{PROVIDERS}/{provider.provider_id}", headers=provider.headers)
    assert own.json()["user_id"] == str(provider.id)
    other = client.get(f"{PROVIDERS}/{other_provider.provider_id}", headers=provider.headers)
    nobody = client.get(f"{PROVIDERS}/{uuid4()}", headers=provider.headers)
    assert (other.status_code, nobody.status_code) == (404, 404)
    assert other.json()["error"]["message"] == nobody.json()["error"]["message"]
    for answer in (
        client.get(PROVIDERS, headers=provider.headers),
        client.post(PROVIDERS, json=NEW, headers=provider.headers),
        client.put(f"{PROVIDERS}/{provider.provider_id}", json=NEW, headers=provider.headers),
    ):
        assert answer.status_code == 403


@pytest.mark.usefixtures("database")
def test_a_user_who_is_no_provider_sees_nobody(client: TestClient) -> None:
    unlinked, linked = person(Role.PROVIDER), person(Role.PROVIDER, npi=NPIS[3])
    answer = client.get(f"{PROVIDERS}/{linked.provider_id}", headers=unlinked.headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"npi": "1234567890"},  # a wrong check digit
        {"npi": "3234567893"},
        {"npi": "123456789"},
        {"npi": "12345678930"},
        {"npi": "1234567893\n"},
        {"npi": "١٢٣٤٥٦٧٨٩٣"},
        {"last_name": ""},
        {"user_id": "me"},
    ],
)
def test_a_malformed_provider_is_refused(
    client: TestClient, coordinator: Person, change: dict[str, Any]
) -> None:
    answer = client.post(PROVIDERS, json=NEW | change, headers=coordinator.headers)
    assert answer.status_code == 422


@pytest.mark.usefixtures("database")
def test_what_is_taken_or_missing_is_a_conflict(client: TestClient, coordinator: Person) -> None:
    taken = person(Role.PROVIDER, npi=NPIS[0])
    for change in (
        {"npi": NPIS[0]},
        {"user_id": str(taken.id)},
        {"user_id": str(uuid4())},
    ):
        answer = client.post(PROVIDERS, json=NEW | change, headers=coordinator.headers)
        assert answer.status_code == 409
        assert "Key" not in answer.text  # nothing of the database's own words
