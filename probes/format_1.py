"""Payload format 1.0, of REST APIs and, where it is asked for, of HTTP APIs.

After "Lambda proxy integrations in API Gateway" of its developer guide.
"""

from __future__ import annotations

import time
from urllib.parse import unquote

from probes import parts
from probes.format_2 import ROUTE, decoded
from probes.gateway import Gateway
from probes.model import Probe
from probes.parts import Event

RESOURCE = "/{proxy+}"


def rest(gateway: Gateway, probe: Probe) -> Event:
    """The event of a REST API with a proxy resource."""
    path = probe.path.partition("?")[0]
    resource = "/" if path == "/" else RESOURCE
    # Binary media types are passed as bytes, and `*/*` takes every body for such.
    as_text = not gateway.is_binary(probe.headers.get("content-type", "application/json"))
    made = _event(gateway, probe, path, resource, as_text=as_text)
    made["pathParameters"] = None if path == "/" else {"proxy": unquote(path).lstrip("/")}
    made["requestContext"]["path"] = f"/{gateway.stage}{path}"
    return made


def http_api(gateway: Gateway, probe: Probe) -> Event:
    """The event of an HTTP API whose integration asks for this format."""
    path = gateway.prefix + decoded(probe.path.partition("?")[0])
    as_text = parts.is_text(probe)
    return {"version": "1.0", **_event(gateway, probe, path, ROUTE, as_text=as_text)}


def _event(gateway: Gateway, probe: Probe, path: str, resource: str, *, as_text: bool) -> Event:
    headers = parts.headers(probe, str)
    parameters = parts.query(probe.path.partition("?")[2])
    body, is_base64 = parts.body(probe, as_text=as_text)
    return {
        "resource": resource,
        "path": path,  # a REST API's is still percent-encoded, as it came
        "httpMethod": probe.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": _context(gateway, probe, path, resource, headers["User-Agent"]),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _context(gateway: Gateway, probe: Probe, path: str, resource: str, user_agent: str) -> Event:
    now = time.time()
    return {
        "accountId": parts.ACCOUNT,
        "apiId": parts.API,
        "deploymentId": "deploy",
        "domainName": parts.DOMAIN,
        "domainPrefix": parts.API,
        "extendedRequestId": parts.request_id(),
        "httpMethod": probe.method,
        "identity": _identity(user_agent),
        "path": path,
        "protocol": parts.PROTOCOL,
        "requestId": parts.request_id(),
        "requestTime": parts.clf(now),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": "proxy0",
        "resourcePath": resource,
        "stage": gateway.stage,
    }


def _identity(user_agent: str) -> dict[str, str | None]:
    unknown = ("accessKey", "accountId", "apiKey", "apiKeyId", "caller", "principalOrgId", "user")
    cognito = ("AuthenticationProvider", "AuthenticationType", "IdentityId", "IdentityPoolId")
    return {
        **dict.fromkeys(unknown),
        **{f"cognito{name}": None for name in cognito},
        "sourceIp": parts.SOURCE_IP,
        "userAgent": user_agent,
        "userArn": None,
    }
