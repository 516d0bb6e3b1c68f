"""The adapter between emulator and RIE, with the real RIE behind it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.rie import Invocation, Rie
from local.adapter import adapter, failed

HANDLERS = """
import os, time
def right(event, context): return {"statusCode": 200, "body": event["say"], "pid": os.getpid()}
def raises(event, context): raise ValueError("broken login")
def sleeps(event, context): time.sleep(60)
"""


def start(root: Path, name: str) -> Rie:
    return Rie(root=root, handler=f"app.{name}", environment={}, timeout_seconds=1)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("functions")
    (root / "app.py").write_text(HANDLERS)
    with adapter(lambda name, _version: start(root, name)) as (url, _functions):
        yield url


def invoke(url: str, function: str, version: str = "1") -> tuple[int, Any]:
    headers = {
        "X-Amzn-Lambda-Function-Name": function,
        "X-Amzn-Lambda-Function-Version": version,
    }
    request = urllib.request.Request(url, b'{"say": "hello"}', headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.slow
def test_what_the_function_returns_is_the_answer(url: str) -> None:
    status, answer = invoke(url, "right")
    assert (status, answer["body"]) == (200, "hello")


@pytest.mark.slow
def test_a_version_keeps_its_process_and_shares_it_with_no_other(url: str) -> None:
    pids = [invoke(url, "right", version)[1]["pid"] for version in ("1", "2", "1")]
    assert pids[0] == pids[2] != pids[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("raises", "broken login"),
        ("sleeps", "Task timed out"),
        ("no_such_function", "HandlerNotFound"),
    ],
)
def test_a_failed_call_is_an_error_and_never_a_success(
    url: str, function: str, reason: str
) -> None:
    status, answer = invoke(url, function)
    assert status == 500
    assert reason in answer


@pytest.mark.parametrize(
    ("payload", "is_failure"),
    [
        (b'{"statusCode": 200, "body": "{}"}', False),
        (b'{"statusCode": 500, "errorType": "mine"}', False),
        (b'{"schema": "head"}', False),
        (b"null", False),
        (b'{"errorType": "ValueError", "errorMessage": "x"}', True),
        (b"Task timed out after 1.00 seconds", True),
        (b"", True),
    ],
)
def test_a_failure_is_told_by_the_body(payload: bytes, is_failure: bool) -> None:
    assert failed(Invocation(200, payload, 1.0)) is is_failure


def test_any_status_but_200_is_a_failure() -> None:
    assert failed(Invocation(502, b'{"statusCode": 200}', 1.0))
