"""The members of what a function returned, as the service before it reads them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from probes.gateway import BALANCERS, Gateway
from probes.model import BadAnswer, Json, Kind

STATUSES = range(100, 600)
REST_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
# What a REST API keeps for itself and hands on under another name.
REMAPPED = {"connection", "content-md5", "date", "server", "www-authenticate"}
# What each mode of a load balancer asks for, beside the body.
BALANCER_MEMBERS: Mapping[Kind, tuple[str, ...]] = {
    "alb": ("statusCode", "isBase64Encoded", "headers"),
    "alb_multi_value": ("statusCode", "isBase64Encoded", "multiValueHeaders"),
}


def members(value: Json, kind: Kind) -> dict[str, Json]:
    """The object that a function returned, with what its caller asks for; raises BadAnswer."""
    if not isinstance(value, dict):
        raise malformed("it is not an object with statusCode and body")
    for name in BALANCER_MEMBERS.get(kind, ("statusCode",)):
        if name not in value:
            raise malformed(f"{name} is missing")
    if kind == "rest_v1" and (unknown := sorted(value.keys() - REST_MEMBERS)):
        raise malformed(f"a REST API does not know {', '.join(unknown)}")
    if kind in BALANCERS:
        _must_describe(value)
    return value


def _must_describe(members: Mapping[str, Json]) -> None:
    """Complain about a description of the status that is not `200 OK` for 200."""
    said = members.get("statusDescription")
    start = f"{members['statusCode']} "
    if said is not None and not (isinstance(said, str) and said.startswith(start)):
        raise malformed("statusDescription is not the status code, a space, and the reason")


def status(members: Mapping[str, Json]) -> int:
    """The status code; raises BadAnswer."""
    code = members["statusCode"]
    if isinstance(code, bool) or not isinstance(code, int) or code not in STATUSES:
        raise malformed("statusCode is not a whole number from 100 to 599")
    return code


def headers(members: Mapping[str, Json], kind: Kind) -> dict[str, str]:
    """The headers that a client gets, with lower-case names; raises BadAnswer."""
    if kind == "alb_multi_value":
        return _lists(members)
    single = {
        name.lower(): _text(f"header {name}", value)
        for name, value in _object(members, "headers").items()
    }
    if kind in ("http_api_v2", "function_url"):
        cookies = members.get("cookies")
        return single | ({"set-cookie": _joined("cookies", cookies)} if cookies else {})
    if kind == "alb":
        return single
    both = single | _lists(members)  # where both name a header, the list wins
    return {_renamed(name): value for name, value in both.items()} if kind == "rest_v1" else both


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
        raise malformed(f"{name} is not an object")
    return value


def _text(what: str, value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise malformed(f"{what} is not a string")
    return str(value)


def _joined(what: str, values: Json) -> str:
    if not isinstance(values, list):
        raise malformed(f"{what} is not a list")
    return ", ".join(_text(what, value) for value in values)


def body(members: Mapping[str, Json], gateway: Gateway, accept: str) -> bytes:
    """The body that a client gets who sent the header `accept`; raises BadAnswer."""
    text, is_base64 = members.get("body"), members.get("isBase64Encoded", False)
    if not isinstance(is_base64, bool):
        raise malformed("isBase64Encoded is neither true nor false")
    if text is None:
        return b""
    if not isinstance(text, str):
        raise malformed("body is not a string")
    try:
        plain = base64.b64decode(text, validate=True) if is_base64 else text.encode()
    except (binascii.Error, ValueError) as exc:
        raise malformed("body is not what isBase64Encoded says") from exc
    # A client that asks a REST API for something else gets the base64 itself.
    refused = gateway.kind == "rest_v1" and not gateway.is_binary(accept.partition(",")[0])
    return text.encode() if refused else plain


def malformed(why: str) -> BadAnswer:
    """The error to raise about a return that is no answer."""
    return BadAnswer("malformed", f"the return is no proxy answer: {why}")
