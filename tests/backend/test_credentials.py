from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from contexts.credentials.models import Kind
from contexts.credentials.schemas import CredentialView, Status
from shared.identity import Role
from tests.backend.support import Person, person

CREDENTIALS = "/api/v1/credentials"
TODAY = datetime.now(UTC).date()
NEW = {
    "kind": "state_license",
    "issuer": "California",
    "number": "A-12345",
    "issued_on": "2020-01-31",
    "expires_on": str(TODAY + timedelta(days=10)),
}


def created(client: TestClient, someone: Person, **changes: Any) -> dict[str, Any]:
    answer = client.post(CREDENTIALS, json=NEW | changes, headers=someone.headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_provider_keeps_their_own(client: TestClient, provider: Person) -> None:
    credential = created(client, provider)
    assert credential["provider_id"] == str(provider.provider_id)
    path = f"{CREDENTIALS}/{credential['id']}"
    assert client.get(path, headers=provider.headers).json() == credential
    changed = client.put(path, json=NEW | {"number": "B-1"}, headers=provider.headers)
    assert changed.json() == credential | {"number": "B-1"}
    assert client.delete(path, headers=provider.headers).status_code == 204
    assert client.get(path, headers=provider.headers).status_code == 404


def test_another_providers_credential_does_not_exist(
    client: TestClient, provider: Person, other_provider: Person
) -> None:
    credential = created(client, other_provider)
    path = f"{CREDENTIALS}/{credential['id']}"
    for answer in (
        client.get(path, headers=provider.headers),
        client.put(path, json=NEW, headers=provider.headers),
        client.delete(path, headers=provider.headers),
    ):
        assert answer.status_code == 404
    assert client.get(CREDENTIALS, headers=provider.headers).json()["total"] == 0
    params = {"provider_id": str(other_provider.provider_id)}
    listed = client.get(CREDENTIALS, params=params, headers=provider.headers)
    assert listed.json()["total"] == 0
    assert client.get(path, headers=other_provider.headers).json() == credential


def test_a_provider_writes_for_nobody_else(
    client: TestClient, provider: Person, other_provider: Person
) -> None:
    theirs = {"provider_id": str(other_provider.provider_id)}
    assert client.post(CREDENTIALS, json=NEW | theirs, headers=provider.headers).status_code == 404
    path = f"{CREDENTIALS}/{created(client, provider)['id']}"
    assert client.put(path, json=NEW | theirs, headers=provider.headers).status_code == 404


def test_staff_say_whose_it_is_and_see_all(
    client: TestClient, coordinator: Person, provider: Person, other_provider: Person
) -> None:
    assert client.post(CREDENTIALS, json=NEW, headers=coordinator.headers).status_code == 422
    for owner in (provider, other_provider):
        created(client, coordinator, provider_id=str(owner.provider_id))
    listed = client.get(CREDENTIALS, headers=coordinator.headers).json()
    assert listed["total"] == 2
    params = {"provider_id": str(provider.provider_id)}
    one = client.get(CREDENTIALS, params=params, headers=coordinator.headers).json()
    assert [item["provider_id"] for item in one["items"]] == [str(provider.provider_id)]


def test_staff_cannot_write_for_a_provider_who_is_not_there(
    client: TestClient, coordinator: Person
) -> None:
    body = NEW | {"provider_id": str(uuid4())}
    answer = client.post(CREDENTIALS, json=body, headers=coordinator.headers)
    assert answer.status_code == 409


@pytest.mark.usefixtures("database")
def test_a_user_who_is_no_provider_keeps_none(client: TestClient) -> None:
    unlinked = person(Role.PROVIDER)
    answer = client.post(CREDENTIALS, json=NEW, headers=unlinked.headers)
    assert answer.status_code == 409
    assert client.get(CREDENTIALS, headers=unlinked.headers).json()["total"] == 0


def test_the_same_credential_twice_is_a_conflict(client: TestClient, provider: Person) -> None:
    created(client, provider)
    again = client.post(CREDENTIALS, json=NEW, headers=provider.headers)
    assert again.status_code == 409
    assert NEW["number"] not in again.text
    assert client.get(CREDENTIALS, headers=provider.headers).json()["total"] == 1


def test_lists_by_expiry(client: TestClient, provider: Person) -> None:
    for number, expires_on in (
        ("never", None),
        ("soon", str(TODAY + timedelta(days=30))),
        ("past", str(TODAY - timedelta(days=1))),
        ("later", str(TODAY + timedelta(days=400))),
    ):
        created(client, provider, number=number, expires_on=expires_on)
    listed = client.get(CREDENTIALS, headers=provider.headers).json()["items"]
    assert [(item["number"], item["status"]) for item in listed] == [
        ("past", "expired"),
        ("soon", "expiring"),
        ("later", "valid"),
        ("never", "valid"),
    ]
    params = {"expires_within_days": 30}
    soon = client.get(CREDENTIALS, params=params, headers=provider.headers).json()["items"]
    assert [item["number"] for item in soon] == ["past", "soon"]


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (-1, Status.EXPIRED),
        (0, Status.EXPIRING),
        (60, Status.EXPIRING),
        (61, Status.VALID),
        (None, Status.VALID),
    ],
)
def test_a_credential_holds_through_its_last_day(days: int | None, status: Status) -> None:
    view = CredentialView(
        id=uuid4(),
        provider_id=uuid4(),
        kind=Kind.STATE_LICENSE,
        issuer="California",
        number="1",
        issued_on=date(2020, 1, 1),
        expires_on=None if days is None else TODAY + timedelta(days=days),
        created_at=datetime.now(UTC),
    )
    assert view.status is status


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "library_card"},
        {"issuer": ""},
        {"number": "a\x00b"},
        {"issued_on": "2020-02-30"},
        {"issued_on": "9999-01-01"},
        {"issued_on": "0001-01-01"},
        {"expires_on": "2020-01-31"},
        {"expires_on": "2019-01-01"},
        {"expires_on": "9999-12-31"},
        {"status": "valid"},
        {"id": str(uuid4())},
    ],
)
def test_a_malformed_credential_is_refused(
    client: TestClient, provider: Person, change: dict[str, Any]
) -> None:
    answer = client.post(CREDENTIALS, json=NEW | change, headers=provider.headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("days", [-1, 10**9, "x"])
def test_impossible_expiries_are_refused(
    client: TestClient, provider: Person, days: object
) -> None:
    params = {"expires_within_days": str(days)}
    answer = client.get(CREDENTIALS, params=params, headers=provider.headers)
    assert answer.status_code == 422
