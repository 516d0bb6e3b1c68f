"""The parts of which every event is made."""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from probes.model import USER_AGENT, Probe

Event = dict[str, Any]

ACCOUNT, API, REGION = "123456789012", "gateway000", "us-east-1"
DOMAIN = f"{API}.execute-api.{REGION}.amazonaws.com"
SOURCE_IP = "192.0.2.1"  # of the block that is reserved for documentation
PROTOCOL = "HTTP/1.1"
# Bodies that are handed on as text; the others as base64.
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


def headers(probe: Probe, spell: Callable[[str], str], host: str = DOMAIN) -> dict[str, str]:
    """The probe's headers, and those that the service adds, each name spelled by `spell`."""
    own = {name: value for name, value in probe.headers.items() if name != "user-agent"}
    added = {
        "Host": host,
        "User-Agent": probe.headers.get("user-agent", USER_AGENT),
        "X-Amzn-Trace-Id": f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}",
        "X-Forwarded-For": SOURCE_IP,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    if probe.body is not None:
        added["Content-Length"] = str(len(probe.body))
    return own | {spell(name): value for name, value in added.items()}


def is_text(probe: Probe) -> bool:
    """Whether the probe's body is one that is handed on as text."""
    encoded = "content-encoding" in probe.headers
    return not encoded and probe.headers.get("content-type", "").startswith(TEXT_TYPES)


def body(probe: Probe, *, as_text: bool) -> tuple[str | None, bool]:
    """The body as the event holds it, and whether that is base64."""
    if probe.body is None:
        return None, False
    if as_text:
        return probe.body.decode(), False
    return base64.b64encode(probe.body).decode(), True


def query(text: str) -> dict[str, list[str]]:
    """The parameters of a query, decoded, each with all its values."""
    parameters: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parameters.setdefault(name, []).append(value)
    return parameters


def request_id() -> str:
    """A new id of a request."""
    return str(uuid.uuid4())


def clf(now: float) -> str:
    """A time as web servers log it: 12/Mar/2020:19:03:58 +0000."""
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
