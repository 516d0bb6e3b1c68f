"""A probe as the event that the service before the function would hand to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from probes import format_1, format_2, load_balancer
from probes.answer import answer, received
from probes.gateway import DEFAULTS, RULES, Gateway
from probes.model import Kind, Probe
from probes.parts import Event

__all__ = ["FORMS", "NAMES", "Event", "answer", "event", "http_api_v2", "received", "rest_v1"]

BUILDERS: Mapping[Kind, Callable[[Gateway, Probe], Event]] = {
    "http_api_v2": format_2.event,
    "http_api_v1": format_1.http_api,
    "rest_v1": format_1.rest,
    "function_url": format_2.event,
    "alb": load_balancer.event,
    "alb_multi_value": load_balancer.event,
}
NAMES: Mapping[Kind, str] = {kind: rules.name for kind, rules in RULES.items()}


def event(gateway: Gateway, probe: Probe) -> Event:
    """The event with which a gateway calls the function."""
    return BUILDERS[gateway.kind](gateway, probe)


def http_api_v2(probe: Probe) -> Event:
    """The event of an HTTP API in payload format 2.0, default stage and route."""
    return event(DEFAULTS["http_api_v2"], probe)


def rest_v1(probe: Probe) -> Event:
    """The event of a REST API with a proxy resource and every media type binary."""
    return event(DEFAULTS["rest_v1"], probe)


# The two forms in which API Gateway calls a function when nobody says more.
FORMS: Mapping[Kind, Callable[[Probe], Event]] = {"http_api_v2": http_api_v2, "rest_v1": rest_v1}
