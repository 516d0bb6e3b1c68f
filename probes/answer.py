"""What a client receives for what a function returned, by the rules of the service between them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NoReturn

from probes import proxy
from probes.gateway import DEFAULTS, Gateway
from probes.model import Answer, BadAnswer, Json, Kind

TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")


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
    members = proxy.members(value, gateway.kind)
    return Answer(
        status=proxy.status(members),
        headers=proxy.headers(members, gateway.kind),
        body=proxy.body(members, gateway, accept),
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
        raise proxy.malformed(f"it is not JSON ({len(payload)} bytes)") from exc
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
