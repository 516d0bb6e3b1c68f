from __future__ import annotations

import json
import logging
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from shared.audit import Audit
from shared.logs import ProgramError, describe, log
from shared.settings import SettingsError
from shared.tracing import Tracing
from tests.backend.support import PASSWORD, Person, log_lines

HEX = set("0123456789abcdef")


def test_a_harmless_request_id_comes_back(client: TestClient) -> None:
    headers = {"X-Request-ID": "abc-1.2_3", "X-Amzn-Trace-Id": "Root=1-67891233-abcdef;Sampled=1"}
    answer = client.get("/health", headers=headers)
    assert answer.headers["x-request-id"] == "abc-1.2_3"
    assert answer.headers["x-amzn-trace-id"] == headers["X-Amzn-Trace-Id"]


@pytest.mark.parametrize("sent", ["", "a b", 'x","level":"ERROR', "x" * 65, "é", "a\tb", "${jndi}"])
def test_any_other_request_id_is_replaced(client: TestClient, sent: str) -> None:
    headers = {b"X-Request-ID": sent.encode(), b"X-Amzn-Trace-Id": b"a b"}
    answer = client.get("/health", headers=headers)
    assert len(answer.headers["x-request-id"]) == 32
    assert set(answer.headers["x-request-id"]) <= HEX
    assert "x-amzn-trace-id" not in answer.headers


def test_one_line_a_request_with_the_template_and_no_query(
    client: TestClient, provider: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"/api/v1/providers/{provider.provider_id}"
    params = {"search": "a-patient's-name"}
    headers = {**provider.headers, "X-Request-ID": "r-1"}
    client.get(path, params=params, headers=headers)
    out = capsys.readouterr().out
    (line,) = log_lines(out, "request")
    assert line["route"] == "/api/v1/providers/{provider_id}"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert (line["request_id"], line["user_id"]) == ("r-1", str(provider.id))
    assert line["duration_ms"] > 0
    assert "patient" not in out
    assert "Bearer" not in out


@pytest.mark.parametrize(
    ("path", "route"),
    [("/nobody's-name", "unmatched"), ("/openapi.json", "/openapi.json"), ("/health", "/health")],
)
def test_the_route_is_never_what_somebody_typed(
    client: TestClient, capsys: pytest.CaptureFixture[str], path: str, route: str
) -> None:
    client.get(path)
    (line,) = log_lines(capsys.readouterr().out, "request")
    assert line["route"] == route


def test_a_login_attempt_is_audited_without_email_or_password(
    client: TestClient, provider: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    for email, password in (
        (provider.email, PASSWORD),
        (provider.email, "s3cret"),
        ("stranger@example.com", "s3cret"),
    ):
        client.post("/api/v1/auth/login", json={"email": email, "password": password})
    out = capsys.readouterr().out
    lines = log_lines(out, "audit")
    assert [(line["user_id"], line["status"], line["outcome"]) for line in lines] == [
        (str(provider.id), 200, "done"),
        (str(provider.id), 401, "refused"),
        (None, 401, "refused"),
    ]
    assert {line["route"] for line in lines} == {"/api/v1/auth/login"}
    for secret in (provider.email, "stranger", PASSWORD, "s3cret", "eyJ", "argon2"):
        assert secret not in out


def test_what_changes_something_is_audited_and_what_reads_is_not(
    client: TestClient, provider: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/api/v1/credentials", headers=provider.headers)
    missing = UUID(int=7)
    client.delete(f"/api/v1/credentials/{missing}", headers=provider.headers)
    client.delete("/api/v1/credentials/a-name", headers=provider.headers)
    client.post("/nothing")
    first, second, third = log_lines(capsys.readouterr().out, "audit")
    assert first["method"] == "DELETE"
    assert first["route"] == "/api/v1/credentials/{credential_id}"
    assert first["resources"] == {"credential_id": str(missing)}
    assert (first["user_id"], first["status"]) == (str(provider.id), 404)
    assert second["resources"] == {}
    assert (third["route"], third["user_id"]) == ("unmatched", None)


def test_who_asked_does_not_stay_for_the_next_request(
    client: TestClient, provider: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/api/v1/users/me", headers=provider.headers)
    client.get("/health")
    assert [line["user_id"] for line in log_lines(capsys.readouterr().out, "request")] == [
        str(provider.id),
        None,
    ]


@pytest.fixture
def failing() -> TestClient:
    """An application whose endpoints fail, behind our middlewares."""
    app = FastAPI(middleware=[Middleware(Tracing), Middleware(Audit)])

    @app.post("/early")
    def early() -> None:
        raise ValueError("Jane Doe, born 1970")

    async def late(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("Jane Doe, born 1970")

    app.mount("/late", late)
    return TestClient(app, raise_server_exceptions=False)


def test_what_nobody_caught_is_500_logged_without_its_text(
    failing: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = failing.post("/early", headers={"X-Request-ID": "r-9"})
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {
            "code": "internal_server_error",
            "message": "internal error",
            "request_id": "r-9",
        }
    }
    out = capsys.readouterr().out
    (line,) = log_lines(out, "the request failed")
    assert line["exception"][0]["type"] == "builtins.ValueError"
    assert any("early" in frame for frame in line["exception"][0]["frames"])
    assert "Jane" not in out
    assert log_lines(out, "audit")[0]["status"] == 500
    assert log_lines(out, "request")[0]["status"] == 500


def test_an_error_in_the_middle_of_an_answer_is_not_answered_again(
    failing: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.get("/late/")
    assert log_lines(capsys.readouterr().out, "the request failed")


def test_safe_texts_are_logged_with_their_causes() -> None:
    try:
        try:
            raise ValueError("a person's name")
        except ValueError as cause:
            raise ProgramError("the router does not load") from cause
    except ProgramError as exc:
        outer, inner = describe(exc)
    assert outer["text"] == "the router does not load"
    assert inner["text"] == "(not logged)"
    assert describe(SettingsError("X is not set"))[0]["text"] == "X is not set"


def test_the_log_level_is_a_setting(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    client.get("/health")
    assert capsys.readouterr().out == ""
    assert log.level == logging.ERROR


def test_a_line_is_one_line(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/health")
    log.warning("two\nlines")
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["request", "two\nlines"]
