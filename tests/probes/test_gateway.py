"""What other gateways send and take: named stages, media types, formats, load balancers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from probes import BadAnswer, Expect, Gateway, Kind, Probe, events
from probes.gateway import DEFAULTS, RULES

EXPECT = Expect(200)
ENCODED = Probe(
    "encoded", "GET", "/caf%C3%A9/a%2Fb?q=%26%20x&q=2&r", EXPECT, {"cookie": "a=1; b=2"}
)
JSON = Probe("json", "POST", "/", EXPECT, {"content-type": "application/json"}, b'{"a": 1}')
GZIPPED = Probe(
    "gzip", "POST", "/", EXPECT, {"content-type": "text/plain", "content-encoding": "gzip"}, b"\x1f"
)
BALANCED = {"statusCode": 200, "isBase64Encoded": False, "headers": {"A": "1"}, "body": "hi"}


def event(kind: Kind, probe: Probe, **more: Any) -> dict[str, Any]:
    return events.event(Gateway(kind, **more), probe)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("probe", [ENCODED, JSON, GZIPPED])
def test_every_event_is_json(kind: Kind, probe: Probe) -> None:
    made = events.event(DEFAULTS[kind], probe)
    assert json.loads(json.dumps(made)) == made


def test_a_named_stage_is_in_the_path_of_an_http_api() -> None:
    new = event("http_api_v2", ENCODED, stage="blue")
    assert new["rawPath"] == new["requestContext"]["http"]["path"] == "/blue/café/a/b"
    assert new["requestContext"]["stage"] == "blue"
    old = event("http_api_v1", ENCODED, stage="blue")
    assert (old["version"], old["path"]) == ("1.0", "/blue/café/a/b")


def test_a_rest_stage_is_in_the_context_alone() -> None:
    made = event("rest_v1", ENCODED, stage="v1")
    assert made["path"] == "/caf%C3%A9/a%2Fb"
    assert made["requestContext"]["path"] == "/v1/caf%C3%A9/a%2Fb"


def test_a_function_url_leaves_the_path_as_it_came() -> None:
    assert event("function_url", ENCODED)["rawPath"] == "/caf%C3%A9/a%2Fb"


def test_an_encoded_question_mark_ends_the_path_of_an_http_api() -> None:
    assert event("http_api_v2", Probe("x", "GET", "/a%3Fb", EXPECT))["rawPath"] == "/a"


@pytest.mark.parametrize(
    ("kind", "types", "probe", "is_base64"),
    [
        ("rest_v1", ("*/*",), JSON, True),
        ("rest_v1", (), JSON, False),
        ("rest_v1", ("application/json",), JSON, True),
        ("http_api_v2", (), JSON, False),
        ("http_api_v2", (), GZIPPED, True),
        ("alb", (), JSON, False),
        ("alb", (), GZIPPED, True),
    ],
)
def test_what_the_service_encodes(
    kind: Kind, types: tuple[str, ...], probe: Probe, is_base64: bool
) -> None:
    made = event(kind, probe, binary_types=types)
    assert made["isBase64Encoded"] is is_base64
    body = made["body"]
    assert (base64.b64decode(body) if is_base64 else body.encode()) == probe.body


def test_a_load_balancer_hands_on_what_came() -> None:
    made = event("alb", ENCODED)
    assert made["path"] == "/caf%C3%A9/a%2Fb"
    assert made["queryStringParameters"] == {"q": "2", "r": ""}
    assert made["headers"]["cookie"] == "a=1; b=2"
    assert all(name == name.lower() for name in made["headers"])
    assert (made["body"], made["isBase64Encoded"]) == ("", False)
    assert "targetGroupArn" in made["requestContext"]["elb"]


def test_its_other_mode_has_lists_alone() -> None:
    made = event("alb_multi_value", ENCODED)
    assert made["multiValueQueryStringParameters"] == {"q": ["%26%20x", "2"], "r": [""]}
    assert made["multiValueHeaders"]["cookie"] == ["a=1; b=2"]
    assert not made.keys() & {"headers", "queryStringParameters"}


def received(value: object, kind: Kind, accept: str = "*/*", **more: Any) -> Any:
    gateway = Gateway(kind, **more)
    return events.received(json.dumps(value).encode(), 1, gateway=gateway, accept=accept)


def test_what_a_load_balancer_takes() -> None:
    answer = received({**BALANCED, "statusDescription": "200 OK"}, "alb")
    assert (answer.status, dict(answer.headers), answer.body) == (200, {"a": "1"}, b"hi")
    lists = {**BALANCED, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}}
    assert received(lists, "alb_multi_value").headers == {"set-cookie": "a=1, b=2"}


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("alb", {"headers": ...}, "headers is missing"),
        ("alb", {"isBase64Encoded": ...}, "isBase64Encoded is missing"),
        ("alb", {"statusCode": ...}, "statusCode is missing"),
        ("alb", {"statusCode": "200"}, "statusCode is not a whole number"),
        ("alb", {"statusDescription": "OK"}, "statusDescription is not"),
        ("alb_multi_value", {}, "multiValueHeaders is missing"),
    ],
)
def test_what_a_load_balancer_refuses(kind: Kind, change: dict[str, Any], reason: str) -> None:
    changed = {name: value for name, value in {**BALANCED, **change}.items() if value is not ...}
    with pytest.raises(BadAnswer, match=reason) as caught:
        received(changed, kind)
    assert caught.value.defect == "malformed"


def test_a_load_balancer_takes_a_megabyte() -> None:
    with pytest.raises(BadAnswer, match=r"ALB: the return has \d+ bytes") as caught:
        received({**BALANCED, "body": "x" * 1024 * 1024}, "alb")
    assert caught.value.defect == "too-large"
    assert received({**BALANCED, "body": "x" * 1024 * 1024}, "rest_v1").status == 200


@pytest.mark.parametrize(
    ("types", "accept", "body"),
    [
        (("*/*",), "application/json", b"hi"),
        (("image/png",), "image/png,*/*", b"hi"),
        (("image/png",), "application/json", b"aGk="),
        ((), "*/*", b"aGk="),
    ],
)
def test_a_rest_api_decodes_what_the_client_asks_for(
    types: tuple[str, ...], accept: str, body: bytes
) -> None:
    returned = {"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}
    assert received(returned, "rest_v1", accept, binary_types=types).body == body
    assert received(returned, "http_api_v2", accept).body == b"hi"


def test_a_rest_api_keeps_some_headers_for_itself() -> None:
    returned = {"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer", "X-A": "1"}}
    assert received(returned, "rest_v1").headers == {
        "x-amzn-remapped-www-authenticate": "Bearer",
        "x-a": "1",
    }
    assert received(returned, "http_api_v2").headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("gateway", "seconds"),
    [
        (Gateway("http_api_v2"), 30),
        (Gateway("rest_v1"), 29),
        (Gateway("rest_v1", seconds=60), 60),
    ],
)
def test_an_answer_that_nobody_waits_for(gateway: Gateway, seconds: float) -> None:
    payload = b'{"statusCode": 200}'
    assert events.received(payload, seconds * 1000, gateway=gateway).status == 200
    with pytest.raises(BadAnswer, match=f"waits {seconds} s") as caught:
        events.received(payload, seconds * 1000 + 1, gateway=gateway)
    assert caught.value.defect == "timeout"


def test_a_load_balancer_waits_as_long_as_the_function_may_take() -> None:
    payload = json.dumps(BALANCED).encode()
    assert events.received(payload, 800_000, gateway=Gateway("alb")).status == 200


def test_not_a_number_is_no_json() -> None:
    with pytest.raises(BadAnswer, match="it is not JSON"):
        events.received(b'{"statusCode": NaN}', 1, gateway=DEFAULTS["http_api_v2"])
