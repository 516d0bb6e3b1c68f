"""Against the examples of API Gateway's developer guide."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from probes import Expect, Kind, Probe, events

EXPECT = Expect(200)
PLAIN = Probe("plain", "GET", "/", EXPECT)
# `POST /my/path?parameter1=value1&parameter1=value2&parameter2=value` of the guide.
GUIDE = Probe(
    "guide",
    "POST",
    "/my/path?parameter1=value1&parameter1=value2&parameter2=value&empty=",
    EXPECT,
    headers={
        "header1": "value1",
        "header2": "value1,value2",
        "cookie": "cookie1=a; cookie2=b",
        "content-type": "application/json",
        "user-agent": "agent",
    },
    body=b'{"a": "\xc3\xa9"}',
)
ENCODED = Probe("encoded", "GET", "/caf%C3%A9/a%2Fb?q=%26%20x", EXPECT)

DOCUMENTED_V2 = {
    "version": str,
    "routeKey": str,
    "rawPath": str,
    "rawQueryString": str,
    "cookies": list,
    "headers": dict,
    "queryStringParameters": dict,
    "requestContext": dict,
    "body": str,
    "isBase64Encoded": bool,
}
DOCUMENTED_V1 = {
    "resource": str,
    "path": str,
    "httpMethod": str,
    "headers": dict,
    "multiValueHeaders": dict,
    "queryStringParameters": dict,
    "multiValueQueryStringParameters": dict,
    "pathParameters": dict,
    "requestContext": dict,
    "body": str,
    "isBase64Encoded": bool,
    "stageVariables": type(None),
}


def shape(event: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in event.items()}


@pytest.mark.parametrize("kind", events.FORMS)
@pytest.mark.parametrize("probe", [PLAIN, GUIDE, ENCODED])
def test_an_event_is_json(kind: Kind, probe: Probe) -> None:
    event = events.FORMS[kind](probe)
    assert json.loads(json.dumps(event)) == event


def test_http_api_has_what_is_documented() -> None:
    event = events.http_api_v2(GUIDE)
    assert shape(event) == DOCUMENTED_V2
    assert event["version"] == "2.0"
    assert event["routeKey"] == "$default"
    assert event["rawPath"] == "/my/path"
    assert event["rawQueryString"] == GUIDE.path.partition("?")[2]
    assert event["queryStringParameters"] == {
        "parameter1": "value1,value2",
        "parameter2": "value",
        "empty": "",
    }
    assert event["cookies"] == ["cookie1=a", "cookie2=b"]
    assert event["body"] == '{"a": "é"}'
    assert event["isBase64Encoded"] is False


def test_http_api_headers_are_lower_case_and_without_cookies() -> None:
    headers = events.http_api_v2(GUIDE)["headers"]
    assert all(name == name.lower() for name in headers)
    assert headers["header2"] == "value1,value2"
    assert headers["user-agent"] == "agent"
    assert headers["content-length"] == str(len(GUIDE.body or b""))
    assert {name: headers[name] for name in headers if name.startswith("x-forwarded-")} == {
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers["x-amzn-trace-id"])
    assert "cookie" not in headers


def test_http_api_context() -> None:
    context = events.http_api_v2(GUIDE)["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/my/path",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "agent",
    }
    assert context["stage"] == context["routeKey"] == "$default"
    assert context["domainName"].startswith(context["domainPrefix"])
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])
    assert isinstance(context["timeEpoch"], int)


def test_http_api_leaves_out_what_is_not_there() -> None:
    event = events.http_api_v2(PLAIN)
    assert not event.keys() & {"body", "cookies", "queryStringParameters", "pathParameters"}
    assert event["rawQueryString"] == ""


def test_http_api_decodes_the_path_and_not_the_query() -> None:
    event = events.http_api_v2(ENCODED)
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/café/a/b"
    assert event["rawQueryString"] == "q=%26%20x"
    assert event["queryStringParameters"] == {"q": "& x"}


def test_rest_has_what_is_documented() -> None:
    event = events.rest_v1(GUIDE)
    assert shape(event) == DOCUMENTED_V1
    assert event["resource"] == event["requestContext"]["resourcePath"] == "/{proxy+}"
    assert event["path"] == "/my/path"
    assert event["requestContext"]["path"] == "/prod/my/path"
    assert event["requestContext"]["stage"] == "prod"
    assert event["pathParameters"] == {"proxy": "my/path"}
    assert event["queryStringParameters"] == {
        "parameter1": "value2",
        "parameter2": "value",
        "empty": "",
    }
    assert event["multiValueQueryStringParameters"] == {
        "parameter1": ["value1", "value2"],
        "parameter2": ["value"],
        "empty": [""],
    }
    assert event["requestContext"]["identity"]["sourceIp"] == "192.0.2.1"


def test_rest_headers_come_once_and_as_lists() -> None:
    event = events.rest_v1(GUIDE)
    assert event["headers"]["header1"] == "value1"
    assert event["headers"]["cookie"] == "cookie1=a; cookie2=b"
    assert event["headers"]["User-Agent"] == "agent"
    assert event["headers"].keys() == event["multiValueHeaders"].keys()
    lowered = [name.lower() for name in event["headers"]]
    assert len(lowered) == len(set(lowered))


def test_rest_says_null_for_what_is_not_there() -> None:
    event = events.rest_v1(PLAIN)
    assert event["resource"] == "/"
    for name in (
        "body",
        "pathParameters",
        "queryStringParameters",
        "multiValueQueryStringParameters",
    ):
        assert event[name] is None


def test_rest_leaves_the_path_as_it_came() -> None:
    event = events.rest_v1(ENCODED)
    assert event["path"] == "/caf%C3%A9/a%2Fb"
    assert event["queryStringParameters"] == {"q": "& x"}


@pytest.mark.parametrize("kind", events.FORMS)
def test_a_body_that_is_no_text_is_base64(kind: Kind) -> None:
    headers = {"content-type": "application/octet-stream"}
    event = events.FORMS[kind](Probe("b", "POST", "/", EXPECT, headers=headers, body=b"\xff"))
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff"
