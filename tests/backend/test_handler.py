from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from handler import lambda_handler, stage_path
from probes import Expect, Probe, events
from tests.backend.support import BACKEND, PASSWORD, Person, run_in

FORMS = [events.http_api_v2, events.rest_v1]
Form = Callable[[Probe], dict[str, Any]]


def probe(path: str, *, method: str = "GET", body: object = None, **headers: str) -> Probe:
    content = None if body is None else json.dumps(body).encode()
    if content is not None:
        headers["content-type"] = "application/json"
    return Probe(
        name="test",
        method=method,
        path=path,
        headers=headers,
        body=content,
        expect=Expect(status=200),
    )


def call(form: Form, asked: Probe) -> dict[str, Any]:
    return lambda_handler(form(asked), None)


@pytest.mark.parametrize("form", FORMS)
def test_health_cold_and_warm(form: Form) -> None:
    for _ in range(3):
        answer = call(form, probe("/health"))
        assert answer["statusCode"] == 200
        assert json.loads(answer["body"]) == {"status": "healthy", "mode": "lazy"}


@pytest.mark.parametrize("form", FORMS)
def test_login_and_a_query(form: Form, admin: Person) -> None:
    login = probe(
        "/api/v1/auth/login", method="POST", body={"email": admin.email, "password": PASSWORD}
    )
    token = json.loads(call(form, login)["body"])["access_token"]
    users = probe("/api/v1/users?limit=1&search=admin", authorization=f"Bearer {token}")
    page = json.loads(call(form, users)["body"])
    assert (page["total"], page["limit"]) == (1, 1)


@pytest.mark.parametrize("form", FORMS)
def test_compressed_answers_are_base64(form: Form) -> None:
    answer = call(form, probe("/openapi.json", **{"accept-encoding": "gzip"}))
    assert answer["isBase64Encoded"] is True
    assert answer["headers"]["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(base64.b64decode(answer["body"])))["paths"]


@pytest.mark.parametrize("form", FORMS)
def test_errors_are_answers(form: Form) -> None:
    assert call(form, probe("/nothing"))["statusCode"] == 404
    assert call(form, probe("/api/v1/auth/login", method="POST", body={}))["statusCode"] == 422


def test_any_thread_may_call() -> None:
    answers: list[int] = []

    def ask() -> None:
        for _ in range(2):
            answers.append(call(events.http_api_v2, probe("/health"))["statusCode"])

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert answers == [200, 200]


def test_a_cold_start_sets_its_own_event_loop_up() -> None:
    event = events.http_api_v2(probe("/health"))
    program = (
        "import asyncio; asyncio.set_event_loop(None)\n"
        "from handler import lambda_handler\n"
        f"event = {event!r}\n"
        "print(lambda_handler(event, None)['statusCode'])\n"
        "asyncio.run(asyncio.sleep(0))  # takes the thread's loop away\n"
        "print(lambda_handler(event, None)['statusCode'])\n"
    )
    done = run_in(
        BACKEND, f"import warnings; warnings.simplefilter('error', DeprecationWarning)\n{program}"
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.isdigit()] == ["200", "200"]


def http_api(stage: str, path: str) -> dict[str, Any]:
    event = events.http_api_v2(probe(path))
    event["requestContext"]["stage"] = stage
    return event


def rest_api(seen: str, path: str) -> dict[str, Any]:
    event = events.rest_v1(probe(path))
    event["requestContext"]["path"] = seen
    return event


@pytest.mark.parametrize(
    ("event", "root"),
    [
        (http_api("$default", "/health"), ""),
        (http_api("prod", "/prod/health"), "/prod"),
        (http_api("prod", "/health"), ""),
        (http_api("prod", "/product/health"), ""),
        (rest_api("/prod/health", "/health"), "/prod"),
        (rest_api("/health", "/health"), ""),
        (rest_api("/v2/prod/health", "/health"), "/v2/prod"),
    ],
)
def test_the_stage_is_the_root_path(event: dict[str, Any], root: str) -> None:
    assert stage_path(event) == root
    assert lambda_handler(event, None)["statusCode"] == (404 if "product" in str(event) else 200)


def test_routers_load_below_a_stage() -> None:
    answer = lambda_handler(http_api("prod", "/prod/api/v1/users/me"), None)
    assert answer["statusCode"] == 401
