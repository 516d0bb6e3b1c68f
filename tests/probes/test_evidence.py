"""What is kept of a wrong answer says what happened, and holds no secret."""

from __future__ import annotations

import gzip
import json

import pytest

from probes import Answer, Expect, Probe, Result, evidence
from probes.evidence import BODY_LENGTH

PASSWORD = "correct horse battery"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def kept(body: bytes, *, status: int = 500, headers: dict[str, str] | None = None) -> str:
    probe = Probe(
        name="login",
        method="POST",
        path=f"/login?p={PASSWORD.replace(' ', '%20')}",
        expect=Expect(status=200),
        headers={"authorization": f"Bearer {TOKEN}"},
        body=PASSWORD.encode(),
        secrets=(PASSWORD,),
    )
    answer = Answer(status, headers or {"content-type": "application/json"}, body, 12.3)
    return json.dumps(evidence(Result(probe, probe, answer, ("status is 500",), 12.3)))


def test_request_status_timing_and_reasons_are_kept() -> None:
    found = json.loads(kept(b'{"detail": "no database"}'))
    assert found["request"]["method"] == "POST"
    assert found["request"]["bytes"] == len(PASSWORD)
    assert (found["status"], found["elapsed_ms"]) == (500, 12)
    assert found["reasons"] == ["status is 500"]
    assert found["body"] == {"detail": "no database"}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"access_token": "short", "a": [{"Set-Cookie": "short"}]}).encode(),
        json.dumps({"detail": f"wrong password {PASSWORD}"}).encode(),
        json.dumps({PASSWORD: 1, "echo": f"Bearer {TOKEN}"}).encode(),
        f"<html>{PASSWORD} {TOKEN}</html>".encode(),
        b'{"cut off": "' + TOKEN.encode(),
        b"\xff\xfe" + TOKEN.encode(),
    ],
)
def test_no_secret_and_no_token_is_kept(body: bytes) -> None:
    text = kept(body)
    assert not [secret for secret in (PASSWORD, TOKEN, "short") if secret in text]
    assert "***" in text


def test_headers_that_may_hold_secrets_are_left_out() -> None:
    text = kept(b"{}", headers={"set-cookie": "a=1", "x-request-id": "r-1", "location": TOKEN})
    assert "set-cookie" not in text
    assert "r-1" in text
    assert TOKEN not in text


def test_a_large_body_is_kept_in_part() -> None:
    assert len(json.loads(kept(b"word " * 100_000))["body"]) == BODY_LENGTH


def test_a_packed_body_is_kept_as_it_reads() -> None:
    text = kept(gzip.compress(b'{"detail": "x"}'), headers={"content-encoding": "gzip"})
    assert json.loads(text)["body"] == {"detail": "x"}


def test_a_damaged_body_is_described() -> None:
    assert "does not decompress" in kept(b"no gzip", headers={"content-encoding": "gzip"})


def test_where_nothing_answered_there_is_no_status() -> None:
    probe = Probe(name="x", method="GET", path="/", expect=Expect(status=200))
    assert "status" not in evidence(Result(probe, probe, None, ("refused",), 1.0))
