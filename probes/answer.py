"""What a client receives for what a function returned, by API Gateway's rules."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping

from probes.model import Answer, BadAnswer, Json, Kind

TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")
STATUSES = range(100, 600)
REST_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}


def answer(payload: bytes, elapsed_ms: float, *, kind: Kind) -> Answer:
    """The HTTP answer that API Gateway makes of a function's return.

    REST is taken as configured for binary bodies (`*/*`), without which none can be compressed.

    Raises:
        BadAnswer: the function failed, took too long, returned nothing, or something that is
            not an answer (502 from a REST API, 500 from an HTTP API).
    """
    value = _value(payload)
    if kind == "http_api_v2" and not (isinstance(value, dict) and "statusCode" in value):
        return _inferred(value, elapsed_ms)
    members = _members(value, kind)
    return Answer(
        status=_status(members),
        headers=_headers(members, kind),
        body=_body(members),
        elapsed_ms=elapsed_ms,
    )


def _value(payload: bytes) -> Json:
    """What the function returned, when it returned something."""
    if not payload.strip():
        raise BadAnswer("empty", "the function's answer is empty")
    try:
        value: Json = json.loads(payload)
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
    if "statusCode" not in value:
        raise _malformed("statusCode is missing")
    if kind == "rest_v1" and (unknown := sorted(value.keys() - REST_MEMBERS)):
        raise _malformed(f"a REST API does not know {', '.join(unknown)}")
    return value


def _status(members: Mapping[str, Json]) -> int:
    status = members["statusCode"]
    if isinstance(status, bool) or not isinstance(status, int) or status not in STATUSES:
        raise _malformed("statusCode is not a whole number from 100 to 599")
    return status


def _headers(members: Mapping[str, Json], kind: Kind) -> dict[str, str]:
    headers = {
        name.lower(): _text(f"header {name}", value)
        for name, value in _object(members, "headers").items()
    }
    if kind == "http_api_v2":
        cookies = members.get("cookies")
        return headers | ({"set-cookie": _joined("cookies", cookies)} if cookies else {})
    # Where both name a header, the list wins.
    return headers | {
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


def _body(members: Mapping[str, Json]) -> bytes:
    body, is_base64 = members.get("body"), members.get("isBase64Encoded", False)
    if not isinstance(is_base64, bool):
        raise _malformed("isBase64Encoded is neither true nor false")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise _malformed("body is not a string")
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except (binascii.Error, ValueError) as exc:
        raise _malformed("body is not what isBase64Encoded says") from exc


def _malformed(why: str) -> BadAnswer:
    return BadAnswer("malformed", f"the return is no proxy answer: {why}")
