"""What a client receives for what a function returned, by the rules of the service between them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import NoReturn

from probes.gateway import BALANCERS, DEFAULTS, Gateway
from probes.model import Answer, BadAnswer, Json, Kind

TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")
STATUSES = range(100, 600)
REST_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
# What a REST API keeps for itself and hands on under another name.
REMAPPED = {"connection", "content-md5", "date", "server", "www-authenticate"}
# What each mode of a load balancer asks for, beside the body.
BALANCER_MEMBERS: Mapping[Kind, tuple[str, ...]] = {
    "alb": ("statusCode", "isBase64Encoded", "headers"),
    "alb_multi_value": ("statusCode", "isBase64Encoded", "multiValueHeaders"),
}


def answer(payload: bytes, elapsed_ms: float, *, kind: Kind) -> Answer:
    """The HTTP answer that a service makes of a function's return; its settings are the defaults.

    REST is taken as configured for binary bodies (`*/*`), without which none can be compressed.
    Raises what `received` does.
    """
    return received(payload, elapsed_ms, gateway=DEFAULTS[kind])


def received(payload: bytes, elapsed_ms: float, *, gateway: Gateway, accept: str = "*/*") -> Answer:
    """The HTTP answer that a gateway makes of a function's return.

    `accept` is the request's header, by which a REST API chooses between text and bytes.

    Raises:
        BadAnswer: the function failed, took too long, returned nothing, or something that is
            not an answer (502 from a REST API or a load balancer, 500 from an HTTP API).
    """
    _must_be_in_time(gateway, elapsed_ms)
    value = _value(payload)
    if gateway.rules.limit is not None and len(payload) > gateway.rules.limit:
        many = f"{len(payload)} bytes, more than {gateway.rules.limit}"
        raise BadAnswer("too-large", f"{gateway.name}: the return has {many}")
    if gateway.rules.infers and not (isinstance(value, dict) and "statusCode" in value):
        return _inferred(value, elapsed_ms)
    members = _members(value, gateway.kind)
    return Answer(
        status=_status(members),
        headers=_headers(members, gateway.kind),
        body=_body(members, gateway, accept),
        elapsed_ms=elapsed_ms,
    )


def _must_be_in_time(gateway: Gateway, elapsed_ms: float) -> None:
    patience = gateway.patience
    if patience is not None and elapsed_ms > patience * 1000:
        took = f"{elapsed_ms / 1000:.1f} s, and {gateway.name} waits {patience:g} s"
        raise BadAnswer("timeout", f"the answer took {took}")


def _value(payload: bytes) -> Json:
    """What the function returned, when it returned something."""
    if not payload.strip():
        raise BadAnswer("empty", "the function's answer is empty")
    try:
        value: Json = json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        # The emulator says it in plain text, Lambda in the message of an error.
        if timed_out := TIMED_OUT.search(payload.decode(errors="replace")):
            raise BadAnswer("timeout", timed_out.group()) from exc
        raise _malformed(f"it is not JSON ({len(payload)} bytes)") from exc
    if value is None:
        raise BadAnswer("empty", "the function returned nothing (null)")
    if isinstance(value, dict) and "statusCode" not in value:
        _must_not_be_error(value)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _must_not_be_error(value: Mapping[str, Json]) -> None:
    message = str(value.get("errorMessage", ""))
    if timed_out := TIMED_OUT.search(message):
        raise BadAnswer("timeout", timed_out.group())
    if "errorType" in value or "errorMessage" in value:
        raise BadAnswer("function-error", f"{value.get('errorType', 'Error')}: {message}")


def _inferred(value: Json, elapsed_ms: float) -> Answer:
    """Without a status code, format 2.0 takes the return for the body of a 200."""
    body = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Answer(200, {"content-type": "application/json"}, body.encode(), elapsed_ms)


def _members(value: Json, kind: Kind) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise _malformed("it is not an object with statusCode and body")
    for name in BALANCER_MEMBERS.get(kind, ("statusCode",)):
        if name not in value:
            raise _malformed(f"{name} is missing")
    if kind == "rest_v1" and (unknown := sorted(value.keys() - REST_MEMBERS)):
        raise _malformed(f"a REST API does not know {', '.join(unknown)}")
    if kind in BALANCERS:
        _must_describe(value)
    return value


def _must_describe(members: Mapping[str, Json]) -> None:
    """Complain about a description of the status that is not `200 OK` for 200."""
    said = members.get("statusDescription")
    start = f"{members['statusCode']} "
    if said is not None and not (isinstance(said, str) and said.startswith(start)):
        raise _malformed("statusDescription is not the status code, a space, and the reason")


def _status(members: Mapping[str, Json]) -> int:
    status = members["statusCode"]
    if isinstance(status, bool) or not isinstance(status, int) or status not in STATUSES:
        raise _malformed("statusCode is not a whole number from 100 to 599")
    return status


def _headers(members: Mapping[str, Json], kind: Kind) -> dict[str, str]:
    if kind == "alb_multi_value":
        return _lists(members)
    headers = {
        name.lower(): _text(f"header {name}", value)
        for name, value in _object(members, "headers").items()
    }
    if kind in ("http_api_v2", "function_url"):
        cookies = members.get("cookies")
        return headers | ({"set-cookie": _joined("cookies", cookies)} if cookies else {})
    if kind == "alb":
        return headers
    headers |= _lists(members)  # where both name a header, the list wins
    if kind != "rest_v1":
        return headers
    return {_renamed(name): value for name, value in headers.items()}


def _renamed(name: str) -> str:
    return f"x-amzn-remapped-{name}" if name in REMAPPED else name


def _lists(members: Mapping[str, Json]) -> dict[str, str]:
    return {
        name.lower(): _joined(f"multiValueHeaders {name}", values)
        for name, values in _object(members, "multiValueHeaders").items()
    }


def _object(members: Mapping[str, Json], name: str) -> dict[str, Json]:
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _malformed(f"{name} is not an object")
    return value


def _text(what: str, value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise _malformed(f"{what} is not a string")
    return str(value)


def _joined(what: str, values: Json) -> str:
    if not isinstance(values, list):
        raise _malformed(f"{what} is not a list")
    return ", ".join(_text(what, value) for value in values)


def _body(members: Mapping[str, Json], gateway: Gateway, accept: str) -> bytes:
    body, is_base64 = members.get("body"), members.get("isBase64Encoded", False)
    if not isinstance(is_base64, bool):
        raise _malformed("isBase64Encoded is neither true nor false")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise _malformed("body is not a string")
    try:
        plain = base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except (binascii.Error, ValueError) as exc:
        raise _malformed("body is not what isBase64Encoded says") from exc
    # A client that asks a REST API for something else gets the base64 itself.
    first = accept.partition(",")[0]
    text = gateway.kind == "rest_v1" and not gateway.is_binary(first)
    return body.encode() if text else plain


def _malformed(why: str) -> BadAnswer:
    return BadAnswer("malformed", f"the return is no proxy answer: {why}")
