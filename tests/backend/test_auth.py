from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select, update

from contexts.auth.models import RefreshToken
from shared.database import unit_of_work
from shared.identity import Role, User
from tests.backend.support import PASSWORD, Person, person

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
CHANGE = "/api/v1/auth/password"
ME = "/api/v1/users/me"


def log_in(client: TestClient, email: str, password: str = PASSWORD) -> Response:
    answer: Response = client.post(LOGIN, json={"email": email, "password": password})
    return answer


def tokens_of(client: TestClient, someone: Person) -> dict[str, str]:
    tokens: dict[str, str] = log_in(client, someone.email).json()
    return tokens


def refreshed(client: TestClient, token: str) -> Response:
    answer: Response = client.post(REFRESH, json={"refresh_token": token})
    return answer


def test_login_answers_tokens_that_work(client: TestClient, provider: Person) -> None:
    answer = log_in(client, provider.email)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "refresh_token", "token_type"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert client.get(ME, headers=headers).json()["id"] == str(provider.id)


def test_login_takes_the_email_in_any_case(client: TestClient, provider: Person) -> None:
    assert log_in(client, provider.email.upper()).status_code == 200


@pytest.mark.usefixtures("database")
def test_unknown_email_wrong_password_and_inactive_user_are_one_answer(client: TestClient) -> None:
    known, inactive = person(Role.PROVIDER), person(Role.PROVIDER, active=False)
    answers = [
        log_in(client, known.email, "wrong"),
        log_in(client, "nobody@example.com"),
        log_in(client, inactive.email),
    ]
    bodies = [answer.json()["error"] for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({(body["code"], body["message"]) for body in bodies}) == 1
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_unknown_email_takes_as_long_as_a_wrong_password(
    client: TestClient, provider: Person
) -> None:
    def seconds(email: str) -> float:
        started = time.perf_counter()
        log_in(client, email, "wrong")
        return time.perf_counter() - started

    log_in(client, provider.email)  # warm
    known, unknown = [], []
    for _ in range(7):  # in turns, so that a busy machine is busy for both
        known.append(seconds(provider.email))
        unknown.append(seconds("nobody@example.com"))
    # Without the second hash the ratio is about 0.1.
    assert 0.5 < median(unknown) / median(known) < 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@example.com"},
        {"email": "not an e-mail", "password": "x"},
        {"email": "a@example.com", "password": ""},
        {"email": "a@example.com", "password": "p" * 129},
        {"email": "a@example.com", "password": None},
        {"email": "a@example.com", "password": {"$ne": ""}},
        {"email": ["a@example.com"], "password": "x"},
        {"email": "a\x00@example.com", "password": "x"},
        {"email": f"{'a' * 300}@example.com", "password": "x"},
        {"email": "a@example.com", "password": "x", "role": "admin"},
        [],
        "text",
    ],
)
@pytest.mark.usefixtures("database")
def test_malformed_logins_are_refused(client: TestClient, body: Any) -> None:
    assert client.post(LOGIN, json=body).status_code == 422


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b'{"email": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"email": "a@example.com", "password": "\\ud800"}', 422),
        (b'{"email": "a@example.com", "password": "a\\u0000b"}', 401),
    ],
)
@pytest.mark.usefixtures("database")
def test_hostile_bodies_are_refused(client: TestClient, content: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert client.post(LOGIN, content=content, headers=headers).status_code == status


@pytest.mark.usefixtures("database")
def test_errors_never_repeat_the_password(client: TestClient) -> None:
    answer = client.post(LOGIN, json={"email": "broken", "password": "s3cret" * 50})
    assert answer.status_code == 422
    assert {tuple(d["location"]) for d in answer.json()["error"]["details"]} == {
        ("body", "email"),
        ("body", "password"),
    }
    assert "s3cret" not in answer.text


def test_a_hash_with_other_parameters_is_renewed_at_login(
    client: TestClient, provider: Person
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with unit_of_work() as session:
        session.execute(update(User).where(User.id == provider.id).values(password_hash=old))
    assert log_in(client, provider.email).status_code == 200
    with unit_of_work() as session:
        assert session.get_one(User, provider.id).password_hash != old
    assert log_in(client, provider.email).status_code == 200


def test_refresh_gives_new_tokens_that_work(client: TestClient, provider: Person) -> None:
    first = tokens_of(client, provider)
    second = refreshed(client, first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert refreshed(client, second.json()["refresh_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_its_family(client: TestClient, provider: Person) -> None:
    stolen = tokens_of(client, provider)["refresh_token"]
    successor = refreshed(client, stolen).json()["refresh_token"]
    assert refreshed(client, stolen).status_code == 401
    assert refreshed(client, successor).status_code == 401


def test_another_login_survives_the_end_of_a_family(client: TestClient, provider: Person) -> None:
    stolen, other = (tokens_of(client, provider)["refresh_token"] for _ in range(2))
    refreshed(client, stolen)
    refreshed(client, stolen)
    assert refreshed(client, other).status_code == 200


def test_of_simultaneous_uses_of_a_refresh_token_one_wins(
    client: TestClient, provider: Person
) -> None:
    token = tokens_of(client, provider)["refresh_token"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: refreshed(client, token), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 5]


def test_an_access_token_does_not_refresh(client: TestClient, provider: Person) -> None:
    assert refreshed(client, tokens_of(client, provider)["access_token"]).status_code == 401


def test_a_refresh_token_gives_no_access(client: TestClient, provider: Person) -> None:
    token = tokens_of(client, provider)["refresh_token"]
    assert client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_an_inactive_user_neither_refreshes_nor_reads(client: TestClient, provider: Person) -> None:
    tokens = tokens_of(client, provider)
    with unit_of_work() as session:
        session.get_one(User, provider.id).is_active = False
    assert refreshed(client, tokens["refresh_token"]).status_code == 401
    assert client.get(ME, headers=provider.headers).status_code == 401


def test_logout_ends_the_login_and_may_be_repeated(client: TestClient, provider: Person) -> None:
    token = tokens_of(client, provider)["refresh_token"]
    for _ in range(2):
        answer = client.post(LOGOUT, json={"refresh_token": token})
        assert (answer.status_code, answer.content) == (204, b"")
    assert refreshed(client, token).status_code == 401


@pytest.mark.usefixtures("database")
def test_logout_with_rubbish_is_refused(client: TestClient) -> None:
    assert client.post(LOGOUT, json={"refresh_token": "rubbish"}).status_code == 401


def test_changing_the_password_ends_every_login(client: TestClient, provider: Person) -> None:
    token = tokens_of(client, provider)["refresh_token"]
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    assert client.post(CHANGE, json=body, headers=provider.headers).status_code == 204
    assert refreshed(client, token).status_code == 401
    assert log_in(client, provider.email).status_code == 401
    assert log_in(client, provider.email, "another long password").status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "status"),
    [("wrong", "another long password", 401), (PASSWORD, "short", 422)],
)
def test_a_password_change_needs_the_old_and_a_good_new_one(
    client: TestClient, provider: Person, current: str, new: str, status: int
) -> None:
    body = {"current_password": current, "new_password": new}
    assert client.post(CHANGE, json=body, headers=provider.headers).status_code == status
    assert log_in(client, provider.email).status_code == 200


def test_login_forgets_expired_refresh_tokens(client: TestClient, provider: Person) -> None:
    tokens_of(client, provider)
    with unit_of_work() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(RefreshToken).values(expires_at=past))
    tokens_of(client, provider)
    with unit_of_work() as session:
        assert len(session.scalars(select(RefreshToken.id)).all()) == 1
