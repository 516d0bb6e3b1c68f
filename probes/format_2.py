"""Payload format 2.0, of HTTP APIs and function URLs.

After "AWS Lambda proxy integrations for HTTP APIs" of API Gateway's developer guide.
"""

from __future__ import annotations

import time
from urllib.parse import unquote

from probes import parts
from probes.gateway import Gateway
from probes.model import Probe
from probes.parts import Event

ROUTE = "$default"


def event(gateway: Gateway, probe: Probe) -> Event:
    """The event of a request to the default route."""
    raw_path, _, query = probe.path.partition("?")
    path = gateway.prefix + (raw_path if gateway.kind == "function_url" else decoded(raw_path))
    headers = parts.headers(probe, str.lower)
    cookies = headers.pop("cookie", "")
    made: Event = {
        "version": "2.0",
        "routeKey": ROUTE,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _context(gateway, probe, path, headers["user-agent"]),
        "isBase64Encoded": False,
    }
    # What the request has not, this form leaves out; the other one says null.
    if cookies:
        made["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        made["queryStringParameters"] = {
            name: ",".join(values) for name, values in parts.query(query).items()
        }
    if probe.body is not None:
        made["body"], made["isBase64Encoded"] = parts.body(probe, as_text=parts.is_text(probe))
    return made


def decoded(path: str) -> str:
    """The path as an HTTP API hands it on: decoded, also where it calls it raw."""
    # A question mark that was encoded ends the path there.
    return unquote(path).partition("?")[0]


def _context(gateway: Gateway, probe: Probe, path: str, user_agent: str) -> Event:
    now = time.time()
    return {
        "accountId": parts.ACCOUNT,
        "apiId": parts.API,
        "domainName": parts.DOMAIN,
        "domainPrefix": parts.API,
        "http": {
            "method": probe.method,
            "path": path,
            "protocol": parts.PROTOCOL,
            "sourceIp": parts.SOURCE_IP,
            "userAgent": user_agent,
        },
        "requestId": parts.request_id(),
        "routeKey": ROUTE,
        "stage": gateway.stage,
        "time": parts.clf(now),
        "timeEpoch": int(now * 1000),
    }
