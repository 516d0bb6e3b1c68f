"""A probe as the event that API Gateway would hand to the function, in both of its forms.

After "AWS Lambda proxy integrations for HTTP APIs" (payload format 2.0) and "Lambda proxy
integrations in API Gateway" (REST) of its developer guide.
"""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from probes.answer import answer
from probes.model import USER_AGENT, Kind, Probe

__all__ = ["FORMS", "NAMES", "Event", "answer", "http_api_v2", "rest_v1"]

Event = dict[str, Any]

ACCOUNT, API, REGION = "123456789012", "gateway000", "us-east-1"
DOMAIN = f"{API}.execute-api.{REGION}.amazonaws.com"
SOURCE_IP = "192.0.2.1"  # of the block that is reserved for documentation
PROTOCOL = "HTTP/1.1"
HTTP_STAGE, ROUTE = "$default", "$default"
REST_STAGE, RESOURCE = "prod", "/{proxy+}"
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


def http_api_v2(probe: Probe) -> Event:
    """The event of an HTTP API in payload format 2.0, default stage and route."""
    raw_path, _, query = probe.path.partition("?")
    # An HTTP API decodes the path, also the one that it calls raw, and leaves the query alone.
    path = unquote(raw_path)
    headers = _headers(probe, str.lower)
    cookies = headers.pop("cookie", "")
    now = time.time()
    event: Event = {
        "version": "2.0",
        "routeKey": ROUTE,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": DOMAIN,
            "domainPrefix": API,
            "http": {
                "method": probe.method,
                "path": path,
                "protocol": PROTOCOL,
                "sourceIp": SOURCE_IP,
                "userAgent": headers["user-agent"],
            },
            "requestId": _request_id(),
            "routeKey": ROUTE,
            "stage": HTTP_STAGE,
            "time": _clf(now),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    # What the request has not, this form leaves out; the other one says null.
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        event["queryStringParameters"] = {
            name: ",".join(values) for name, values in _query(query).items()
        }
    if probe.body is not None:
        event["body"], event["isBase64Encoded"] = _body(probe)
    return event


def rest_v1(probe: Probe) -> Event:
    """The event of a REST API with a proxy resource."""
    path, _, query = probe.path.partition("?")
    resource = "/" if path == "/" else RESOURCE
    headers = _headers(probe, str)
    parameters = _query(query)
    body, is_base64 = _body(probe)
    now = time.time()
    return {
        "resource": resource,
        "path": path,  # still percent-encoded, as it came
        "httpMethod": probe.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": None if path == "/" else {"proxy": unquote(path).lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "deploymentId": "deploy",
            "domainName": DOMAIN,
            "domainPrefix": API,
            "extendedRequestId": _request_id(),
            "httpMethod": probe.method,
            "identity": _identity(headers["User-Agent"]),
            "path": f"/{REST_STAGE}{path}",
            "protocol": PROTOCOL,
            "requestId": _request_id(),
            "requestTime": _clf(now),
            "requestTimeEpoch": int(now * 1000),
            "resourceId": "proxy0",
            "resourcePath": resource,
            "stage": REST_STAGE,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


FORMS: Mapping[Kind, Callable[[Probe], Event]] = {"http_api_v2": http_api_v2, "rest_v1": rest_v1}
NAMES: Mapping[Kind, str] = {"http_api_v2": "HTTP API 2.0", "rest_v1": "REST 1.0"}


def _headers(probe: Probe, spell: Callable[[str], str]) -> dict[str, str]:
    """The probe's headers, and those that API Gateway adds, each name spelled by `spell`."""
    own = {name: value for name, value in probe.headers.items() if name != "user-agent"}
    added = {
        "Host": DOMAIN,
        "User-Agent": probe.headers.get("user-agent", USER_AGENT),
        "X-Amzn-Trace-Id": f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}",
        "X-Forwarded-For": SOURCE_IP,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    if probe.body is not None:
        added["Content-Length"] = str(len(probe.body))
    return own | {spell(name): value for name, value in added.items()}


def _body(probe: Probe) -> tuple[str | None, bool]:
    """The body as the event holds it, and whether that is base64."""
    if probe.body is None:
        return None, False
    if probe.headers.get("content-type", "").startswith(TEXT_TYPES):
        return probe.body.decode(), False
    return base64.b64encode(probe.body).decode(), True


def _query(query: str) -> dict[str, list[str]]:
    parameters: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name, []).append(value)
    return parameters


def _identity(user_agent: str) -> dict[str, str | None]:
    unknown = ("accessKey", "accountId", "apiKey", "apiKeyId", "caller", "principalOrgId", "user")
    cognito = ("AuthenticationProvider", "AuthenticationType", "IdentityId", "IdentityPoolId")
    return {
        **dict.fromkeys(unknown),
        **{f"cognito{name}": None for name in cognito},
        "sourceIp": SOURCE_IP,
        "userAgent": user_agent,
        "userArn": None,
    }


def _request_id() -> str:
    return str(uuid.uuid4())


def _clf(now: float) -> str:
    """A time as web servers log it: 12/Mar/2020:19:03:58 +0000."""
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
