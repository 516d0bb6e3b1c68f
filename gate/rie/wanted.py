"""What the command line wants of a smoke test, beside what a template says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.config import Config
from gate.report import CannotLook
from gate.rie.image import ARCHITECTURES, of_machine
from gate.rie.template import Declared
from probes import Gateway, Kind
from probes.gateway import DEFAULTS

# What may call a function, by the name on the command line.
EVENTS: Mapping[str, Kind] = {
    "http-api": "http_api_v2",
    "http-api-1.0": "http_api_v1",
    "rest": "rest_v1",
    "function-url": "function_url",
    "alb": "alb",
    "alb-multi-value": "alb_multi_value",
}
USUAL: tuple[Kind, ...] = ("http_api_v2", "rest_v1")
MACHINES = tuple(ARCHITECTURES.values())


def handler(said: str | None, declared: Declared | None, config: Config) -> str:
    """Return the handler command; raises CannotLook where the template says another."""
    command = declared.command if declared else ()
    if said and command and command != (said,):
        raise CannotLook(
            f"--handler {said}: {declared and declared.where} says {' '.join(command)}"
        )
    return said or " ".join(command) or config.handler_command


def of_image(said: str | None, declared: Declared | None, config: Config) -> tuple[str, str]:
    """Return the handler command that the command line says, and the one that the settings say.

    Each is empty where it says none: then it is the image's own.
    """
    handler(said, declared, config)  # raises where the template says another
    return said or "", config.handler_command if config.handler is not None else ""


def gateways(events: str | None, declared: Declared | None) -> tuple[Gateway, ...]:
    """Return what calls the function: what is wanted, as the template sets it where it does."""
    found = declared.gateways if declared else ()
    if events is None:
        return found or tuple(DEFAULTS[kind] for kind in USUAL)
    kinds = []
    for name in events.split(","):
        if name.strip() not in EVENTS:
            raise CannotLook(f"--events {name.strip()!r}: known are {', '.join(EVENTS)}")
        kinds.append(EVENTS[name.strip()])
    return tuple(dict.fromkeys(one for kind in kinds for one in _of_kind(kind, found)))


def _of_kind(kind: Kind, found: Iterable[Gateway]) -> list[Gateway]:
    return [one for one in found if one.kind == kind] or [DEFAULTS[kind]]


def architecture(said: str | None, declared: Declared | None) -> str:
    """Return what an image must be built for; raises CannotLook where the template says else."""
    if said and declared and said != declared.architecture:
        raise CannotLook(f"--architecture {said}: {declared.where} says {declared.architecture}")
    return said or (declared.architecture if declared else of_machine())


def variables(texts: Iterable[str]) -> Mapping[str, str]:
    """Return the variables of the command line; raises CannotLook for what is none."""
    return dict(map(_variable, texts))


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name.isidentifier() or not equals:
        # Not the text itself: it may be a secret.
        raise CannotLook("--env takes NAME=VALUE; one of them is something else")
    return name, value
