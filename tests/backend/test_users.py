from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from shared.identity import Role
from tests.backend.support import Person, bearer, person

USERS = "/api/v1/users"
NEW = {
    "email": "new@example.com",
    "password": "a long enough one",
    "full_name": "Grace Hopper",
    "role": "coordinator",
}


def test_me_is_whoever_asks(client: TestClient, provider: Person) -> None:
    answer = client.get(f"{USERS}/me", headers=provider.headers).json()
    assert answer["id"] == str(provider.id)
    assert answer["role"] == "provider"
    assert answer["profile"] is None
    assert not any("password" in name for name in answer)


def test_an_admin_creates_a_user_who_can_log_in(client: TestClient, admin: Person) -> None:
    created = client.post(USERS, json=NEW, headers=admin.headers)
    assert created.status_code == 201
    assert created.json()["profile"] == {"full_name": "Grace Hopper"}
    assert "password" not in created.text
    login = {"email": NEW["email"], "password": NEW["password"]}
    assert client.post("/api/v1/auth/login", json=login).status_code == 200


@pytest.mark.parametrize("email", ["new@example.com", "New@Example.COM"])
def test_an_email_is_taken_in_whatever_case(client: TestClient, admin: Person, email: str) -> None:
    client.post(USERS, json=NEW, headers=admin.headers)
    again = client.post(USERS, json=NEW | {"email": email}, headers=admin.headers)
    assert again.status_code == 409
    assert email.lower() not in again.text.lower()


@pytest.mark.parametrize(
    "change",
    [
        {"password": "too short"},
        {"password": "p" * 129},
        {"role": "root"},
        {"role": None},
        {"full_name": "  "},
        {"full_name": "x" * 201},
        {"full_name": "line\nfeed"},
        {"full_name": "nul\x00"},
        {"email": "nobody"},
        {"is_active": False},
        {"id": str(uuid4())},
    ],
)
def test_a_malformed_user_is_refused(
    client: TestClient, admin: Person, change: dict[str, Any]
) -> None:
    assert client.post(USERS, json=NEW | change, headers=admin.headers).status_code == 422


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PROVIDER])
@pytest.mark.usefixtures("database")
def test_only_admins_manage_users(client: TestClient, role: Role) -> None:
    someone = person(role)
    change = client.patch(f"{USERS}/{someone.id}", json={"role": "admin"}, headers=someone.headers)
    assert change.status_code == 403
    assert client.get(USERS, headers=someone.headers).status_code == 403
    assert client.post(USERS, json=NEW, headers=someone.headers).status_code == 403
    me = client.get(f"{USERS}/me", headers=someone.headers).json()
    assert me["role"] == role


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic eDp4"},
    ],
)
@pytest.mark.usefixtures("database")
def test_nobody_gets_in_without_a_token(client: TestClient, headers: dict[str, str]) -> None:
    for path in (USERS, f"{USERS}/me"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.usefixtures("database")
def test_a_token_of_a_user_who_is_gone_is_refused(client: TestClient) -> None:
    assert client.get(f"{USERS}/me", headers=bearer(uuid4())).status_code == 401


def test_a_list_comes_in_pages(client: TestClient, admin: Person) -> None:
    for _ in range(4):
        person(Role.PROVIDER)
    answer = client.get(USERS, params={"limit": 2, "offset": 1}, headers=admin.headers).json()
    assert (answer["total"], answer["limit"], answer["offset"]) == (5, 2, 1)
    emails = [user["email"] for user in answer["items"]]
    assert len(emails) == 2
    assert emails == sorted(emails)
    found = client.get(USERS, params={"role": "admin"}, headers=admin.headers).json()
    assert [user["id"] for user in found["items"]] == [str(admin.id)]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": -1},
        {"limit": 10**30},
        {"offset": -1},
        {"offset": 10**30},
        {"limit": "x"},
        {"search": "nul\x00"},
        {"search": "x" * 1000},
        {"role": "root"},
    ],
)
def test_impossible_pages_are_refused(
    client: TestClient, admin: Person, params: dict[str, Any]
) -> None:
    assert client.get(USERS, params=params, headers=admin.headers).status_code == 422


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR '1'='1", "a%b"])
def test_wildcards_are_ordinary_characters(client: TestClient, admin: Person, search: str) -> None:
    found = client.get(USERS, params={"search": search}, headers=admin.headers)
    assert (found.status_code, found.json()["total"]) == (200, 0)
    part = client.get(USERS, params={"search": "ADMIN"}, headers=admin.headers)
    assert part.json()["total"] == 1


def test_an_admin_changes_another_user_at_once(
    client: TestClient, admin: Person, provider: Person
) -> None:
    path = f"{USERS}/{provider.id}"
    promoted = client.patch(path, json={"role": "coordinator"}, headers=admin.headers)
    assert promoted.json()["role"] == "coordinator"
    # The old token carries the new role: rights are looked up, not remembered.
    assert client.get("/api/v1/providers", headers=provider.headers).status_code == 200
    client.patch(path, json={"is_active": False}, headers=admin.headers)
    assert client.get(f"{USERS}/me", headers=provider.headers).status_code == 401


def test_an_admin_cannot_change_themselves(client: TestClient, admin: Person) -> None:
    answer = client.patch(f"{USERS}/{admin.id}", json={"is_active": False}, headers=admin.headers)
    assert answer.status_code == 409
    assert client.get(f"{USERS}/me", headers=admin.headers).json()["is_active"] is True


@pytest.mark.parametrize(("user_id", "status"), [(str(UUID(int=1)), 404), ("1", 422), ("%00", 422)])
def test_changing_nobody(client: TestClient, admin: Person, user_id: str, status: int) -> None:
    answer = client.patch(f"{USERS}/{user_id}", json={"role": "admin"}, headers=admin.headers)
    assert answer.status_code == status
