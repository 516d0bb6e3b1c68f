"""Against the tables and rules of API Gateway's developer guide, and what RIE and Lambda say."""

from __future__ import annotations

import json

import pytest

from probes import Answer, BadAnswer, Kind
from probes.events import FORMS, answer

V2: Kind = "http_api_v2"
V1: Kind = "rest_v1"
PROXY = {
    "statusCode": 201,
    "headers": {"Content-Type": "text/plain", "X-Number": 3, "X-Yes": True},
    "body": "aGk=",
    "isBase64Encoded": True,
}


def received(value: object, kind: Kind) -> Answer:
    return answer(json.dumps(value).encode(), 12.5, kind=kind)


@pytest.mark.parametrize("kind", FORMS)
def test_a_whole_answer(kind: Kind) -> None:
    assert received(PROXY, kind) == Answer(
        201, {"content-type": "text/plain", "x-number": "3", "x-yes": "true"}, b"hi", 12.5
    )


@pytest.mark.parametrize("kind", FORMS)
def test_a_status_is_enough(kind: Kind) -> None:
    assert received({"statusCode": 204}, kind) == Answer(204, {}, b"", 12.5)


@pytest.mark.parametrize(
    ("returned", "body"),
    [
        ("Hello from Lambda!", b"Hello from Lambda!"),
        ({"message": "Hello from Lambda!"}, b'{"message": "Hello from Lambda!"}'),
        ([1], b"[1]"),
        (0, b"0"),
    ],
)
def test_http_api_infers_an_answer(returned: object, body: bytes) -> None:
    assert received(returned, V2) == Answer(200, {"content-type": "application/json"}, body, 12.5)


@pytest.mark.parametrize("returned", ["Hello from Lambda!", {"message": "Hello"}, [1], 0])
def test_rest_infers_nothing(returned: object) -> None:
    with pytest.raises(BadAnswer) as caught:
        received(returned, V1)
    assert caught.value.defect == "malformed"


def test_http_api_takes_cookies() -> None:
    returned = {"statusCode": 200, "cookies": ["a=1", "b=2"]}
    assert received(returned, V2).headers == {"set-cookie": "a=1, b=2"}


def test_rest_takes_lists_before_single_values() -> None:
    returned = {
        "statusCode": 200,
        "headers": {"X-A": "single", "X-B": "single"},
        "multiValueHeaders": {"x-a": ["1", "2"]},
    }
    assert received(returned, V1).headers == {"x-a": "1, 2", "x-b": "single"}


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize(
    ("payload", "defect", "reason"),
    [
        (b"", "empty", "the function's answer is empty"),
        (b"null", "empty", "the function returned nothing (null)"),
        (b"Task timed out after 3.00 seconds", "timeout", "Task timed out after 3.00 seconds"),
        (
            b'{"errorMessage": "2026-01-01 x Task timed out after 3.00 seconds"}',
            "timeout",
            "Task timed out after 3.00 seconds",
        ),
        (
            b'{"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: x Error: '
            b'Task timed out after 3.00 seconds"}',
            "timeout",
            "Task timed out after 3.00 seconds",
        ),
        (
            b'{"errorType": "ValueError", "errorMessage": "boom", "stackTrace": []}',
            "function-error",
            "ValueError: boom",
        ),
        (b'{"errorMessage": "boom"}', "function-error", "Error: boom"),
        (b"<html>", "malformed", "it is not JSON (6 bytes)"),
        pytest.param(b"[" * 100_000, "malformed", "not JSON (100000 bytes)", id="deep"),
        (b'{"statusCode": "200"}', "malformed", "statusCode is not a whole number"),
        (b'{"statusCode": true}', "malformed", "statusCode is not a whole number"),
        (b'{"statusCode": 99}', "malformed", "statusCode is not a whole number"),
        (b'{"statusCode": 200, "headers": []}', "malformed", "headers is not an object"),
        (b'{"statusCode": 200, "headers": {"a": []}}', "malformed", "header a is not a string"),
        (b'{"statusCode": 200, "body": {}}', "malformed", "body is not a string"),
        (b'{"statusCode": 200, "isBase64Encoded": 1}', "malformed", "isBase64Encoded is neither"),
        (
            b'{"statusCode": 200, "isBase64Encoded": true, "body": "%"}',
            "malformed",
            "body is not what isBase64Encoded says",
        ),
    ],
)
def test_what_is_no_answer_is_named(payload: bytes, defect: str, reason: str, kind: Kind) -> None:
    with pytest.raises(BadAnswer) as caught:
        answer(payload, 1, kind=kind)
    assert caught.value.defect == defect
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ({"statusCode": 200, "cookies": []}, "a REST API does not know cookies"),
        ({"body": "x"}, "statusCode is missing"),
        ({"statusCode": 200, "multiValueHeaders": {"a": "b"}}, "multiValueHeaders a is not a list"),
    ],
)
def test_what_rest_alone_refuses(returned: object, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        received(returned, V1)


def test_an_error_type_beside_a_status_is_an_answer() -> None:
    assert received({"statusCode": 500, "errorType": "x"}, V2).status == 500
