"""The event of an Application Load Balancer, in both of its modes.

After "Use Lambda functions as targets of an Application Load Balancer" of its user guide.
"""

from __future__ import annotations

from probes import parts
from probes.gateway import Gateway
from probes.model import Probe
from probes.parts import Event

HOST = f"balancer-1234567890.{parts.REGION}.elb.amazonaws.com"
TARGET_GROUP = (
    f"arn:aws:elasticloadbalancing:{parts.REGION}:{parts.ACCOUNT}:targetgroup/"
    "function/0123456789abcdef"
)


def event(gateway: Gateway, probe: Probe) -> Event:
    """The event of a request: path and query are still percent-encoded, as they came."""
    path, _, query = probe.path.partition("?")
    body, is_base64 = parts.body(probe, as_text=parts.is_text(probe))
    return {
        "requestContext": {"elb": {"targetGroupArn": TARGET_GROUP}},
        "httpMethod": probe.method,
        "path": path,
        **_values(gateway, "queryStringParameters", _raw(query)),
        **_values(gateway, "headers", _lists(parts.headers(probe, str.lower, HOST))),
        "body": body or "",
        "isBase64Encoded": is_base64,
    }


def _values(gateway: Gateway, name: str, values: dict[str, list[str]]) -> Event:
    """Every value under the one name, or the last of each under the other."""
    if gateway.kind == "alb_multi_value":
        return {f"multiValue{name[0].upper()}{name[1:]}": values}
    return {name: {key: several[-1] for key, several in values.items()}}


def _lists(values: dict[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items()}


def _raw(query: str) -> dict[str, list[str]]:
    parameters: dict[str, list[str]] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        parameters.setdefault(name, []).append(value)
    return parameters
