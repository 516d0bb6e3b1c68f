from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping

import pytest

from probes import Answer, Expect, Probe, content, judge

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
GZIP = {"content-encoding": "gzip"}
COMPRESSED = gzip.compress(b'{"a": 1}', mtime=0)


def reasons(
    expect: Expect,
    body: bytes = b"",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    elapsed_ms: float = 1,
    method: str = "GET",
    secrets: tuple[str, ...] = (),
) -> tuple[str, ...]:
    probe = Probe("name", method, "/", expect, secrets=secrets)
    return judge(probe, Answer(status, headers or {}, body, elapsed_ms))


OK = Expect(200)


@pytest.mark.parametrize(
    ("expect", "body"),
    [
        (OK, b""),
        (OK, b"not JSON, and nobody asked"),
        (Expect(200, json={"a": 1}), b'{"a": 1, "b": 2}'),
        (Expect(200, json={"a": 1}), b'{"a": 1.0}'),
        (Expect(200, json={"a": {"b": [1, {"c": "x"}]}}), b'{"a": {"b": [1, {"c": "x", "d": 0}]}}'),
        (Expect(200, json=[1, 2]), b"[1, 2]"),
        (Expect(200, json=""), b'""'),
        (Expect(200, json_has=("a", "b.c")), b'{"a": 0, "b": {"c": false}}'),
        (Expect(200, within_ms=1), b""),
    ],
)
def test_right_answers(expect: Expect, body: bytes) -> None:
    assert reasons(expect, body) == ()


@pytest.mark.parametrize(
    ("expect", "body", "reason"),
    [
        (Expect(201), b"", "status is 200, not 201"),
        (Expect(200, json={"a": 1}), b"", "the body is not JSON (empty)"),
        (Expect(200, json={"a": 1}), b"<html>", "the body is not JSON (6 bytes)"),
        (Expect(200, json={"a": 1}), b"\xff\xfe", "the body is not JSON (2 bytes)"),
        (Expect(200, json={"a": 1}), b'{"a": NaN}', "the body is not JSON (10 bytes)"),
        pytest.param(
            Expect(200, json={"a": 1}),
            b"[" * 100_000,
            "the body is not JSON (100000 bytes)",
            id="deep",
        ),
        (Expect(200, json={"a": 1}), b"null", "json is null, not an object"),
        (Expect(200, json={"a": 1}), b"[1]", "json is a list of 1, not an object"),
        (Expect(200, json={"a": 1}), b'{"b": 1}', "json.a is missing; expected is 1"),
        (Expect(200, json={"a": 1}), b'{"a": 2}', "json.a is 2, not 1"),
        (Expect(200, json={"a": 1}), b'{"a": true}', "json.a is true, not 1"),
        (Expect(200, json={"a": True}), b'{"a": 1}', "json.a is 1, not true"),
        (Expect(200, json={"a": "1"}), b'{"a": 1}', 'json.a is 1, not "1"'),
        (Expect(200, json={"a": [1]}), b'{"a": [1, 2]}', "json.a is a list of 2, not a list of 1"),
        (
            Expect(200, json={"a": [{"b": "x"}]}),
            b'{"a": [{"b": "y"}]}',
            'json.a[0].b is "y", not "x"',
        ),
        (Expect(200, json_has=("a",)), b"{}", "json.a is missing"),
        (Expect(200, json_has=("a",)), b"[]", "json.a is missing"),
        (Expect(200, json_has=("a",)), b'{"a": null}', "json.a is empty"),
        (Expect(200, json_has=("a",)), b'{"a": ""}', "json.a is empty"),
        (Expect(200, json_has=("a",)), b'{"a": []}', "json.a is empty"),
        (Expect(200, json_has=("a.b",)), b'{"a": {"b": {}}}', "json.a.b is empty"),
        (Expect(200, json_has=("a.b",)), b'{"a": "b"}', "json.a.b is missing"),
        (Expect(200, within_ms=0.5), b"", "took 1 ms, more than 0 ms"),
        (Expect(200, headers={"x": "1"}), b"", 'header x is missing; expected is "1"'),
    ],
)
def test_wrong_answers(expect: Expect, body: bytes, reason: str) -> None:
    assert reasons(expect, body) == (reason,)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    expect = Expect(200, json={"a": 1, "b": 2}, json_has=("c",), headers={"x": "1"}, within_ms=3000)
    assert reasons(expect, b'{"a": 2}', status=500, headers={"x": "2"}, elapsed_ms=3200) == (
        "status is 500, not 200",
        'header x is "2", not "1"',
        "json.a is 2, not 1",
        "json.b is missing; expected is 2",
        "json.c is missing",
        "took 3200 ms, more than 3000 ms",
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"detail": "no\\n such  user"}', ": no such user"),
        (b'{"message": "Internal Server Error"}', ": Internal Server Error"),
        (b'{"error": {"code": "not_found", "message": "gone"}}', ": gone"),
        (b'{"error": "gone"}', ": gone"),
        (b'{"detail": [{"input": "x"}]}', ""),
        (b"<html>", ""),
    ],
)
def test_an_error_explains_itself(body: bytes, said: str) -> None:
    assert reasons(OK, body, status=500) == (f"status is 500, not 200{said}",)


@pytest.mark.parametrize(
    ("status", "location", "said"),
    [
        (307, "https://x/users/?token=abc#t", ": a redirect to https://x/users/"),
        (302, "/login", ": a redirect to /login"),
        (307, "", ""),
        (201, "/users/1", ""),
    ],
)
def test_a_redirect_says_where_to_without_its_query(status: int, location: str, said: str) -> None:
    found = reasons(OK, status=status, headers={"location": location})
    assert found == (f"status is {status}, not 200{said}",)


def test_an_explanation_is_not_endless() -> None:
    (reason,) = reasons(OK, b'{"detail": "' + b"x" * 5000 + b'"}', status=500)
    assert len(reason) < 500


# --- content encoding ---


def test_gzip_is_undone() -> None:
    assert reasons(Expect(200, json={"a": 1}, headers=GZIP), COMPRESSED, headers=GZIP) == ()


def test_members_of_gzip_follow_each_other() -> None:
    body = gzip.compress(b'{"a":') + gzip.compress(b" 1}")
    assert reasons(Expect(200, json={"a": 1}), body, headers=GZIP) == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is gzip and the body is cut off"),
        (COMPRESSED[:-1], "is gzip and the body is cut off"),
        (COMPRESSED[:10], "is gzip and the body is cut off"),
        (COMPRESSED + b"garbage", "is gzip and the body does not decompress"),
        (COMPRESSED[:-5] + b"xxxxx", "is gzip and the body does not decompress"),
        (b'{"a": 1}', "is gzip and the body does not decompress"),
        (zlib.compress(b'{"a": 1}'), "is gzip and the body does not decompress"),
    ],
    ids=["empty", "footer", "header", "garbage", "checksum", "plain", "zlib"],
)
def test_gzip_that_is_none(body: bytes, reason: str) -> None:
    assert reasons(OK, body, headers=GZIP) == (f"content-encoding {reason}",)


def test_a_bomb_does_not_go_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 1000)
    assert reasons(OK, gzip.compress(bytes(1000)), headers=GZIP) == ()
    for bomb in (gzip.compress(bytes(1001)), gzip.compress(bytes(600)) * 2):
        assert reasons(OK, bomb, headers=GZIP) == ("the body decompresses to more than 1000 bytes",)


def test_an_encoding_that_nobody_asked_for() -> None:
    (reason,) = reasons(OK, b"", headers={"content-encoding": "br"})
    assert reason == "content-encoding is 'br', and only gzip can be read"


def test_an_answer_to_head_has_no_body() -> None:
    assert reasons(Expect(200, headers=GZIP), b"", headers=GZIP, method="HEAD") == ()


# --- secrets ---


def test_no_reason_shows_a_secret() -> None:
    secret = 'pa"ss/word'
    expect = Expect(200, json={"a": secret, "b": secret}, headers={"x": secret})
    body = rb'{"a": "pa\"ss/word!", "detail": "pa\"ss/word is wrong"}'
    shown = "\n".join(reasons(expect, body, status=400, secrets=(secret,)))
    assert "ss/word" not in shown
    assert "status is 400, not 200: *** is wrong" in shown


def test_no_reason_shows_a_token() -> None:
    body = f'{{"access_token": "{JWT}", "refresh_token": ""}}'.encode()
    expect = Expect(200, json={"access_token": "x"}, json_has=("access_token", "refresh_token"))
    shown = "\n".join(reasons(expect, body, status=201))
    assert JWT[:12] not in shown
    assert f'json.access_token is a string of {len(JWT)} characters, not "x"' in shown


def test_the_repr_of_an_answer_shows_no_body() -> None:
    assert JWT not in repr(Answer(200, {"set-cookie": JWT}, JWT.encode(), 1))
