"""What stands before a function: which service, in which stage, and by which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from probes.model import Kind

DEFAULT_STAGE = "$default"
REST_STAGE = "prod"  # a REST API has no default stage
EVERYTHING = ("*/*",)


@dataclass(frozen=True)
class Rules:
    """What the documentation of a service says about it.

    `seconds` is how long it waits for the function (None: as long as that may take), `limit` how
    many bytes its answer may have (None: Lambda's own limit); `infers` whether a return without
    a status code is the body of a 200.
    """

    name: str
    seconds: float | None = None
    limit: int | None = None
    infers: bool = False


RULES: Mapping[Kind, Rules] = {
    "http_api_v2": Rules("HTTP API 2.0", seconds=30, infers=True),
    "http_api_v1": Rules("HTTP API 1.0", seconds=30),
    "rest_v1": Rules("REST 1.0", seconds=29),
    "function_url": Rules("function URL", infers=True),
    "alb": Rules("ALB", limit=1024 * 1024),
    "alb_multi_value": Rules("ALB multi-value", limit=1024 * 1024),
}
BALANCERS: tuple[Kind, ...] = ("alb", "alb_multi_value")


@dataclass(frozen=True)
class Gateway:
    """A service that calls the function.

    `stage` is that of an API; `binary_types` are a REST API's binary media types: what it passes
    as bytes, in both directions. `seconds` overrides how long it waits.
    """

    kind: Kind
    stage: str = DEFAULT_STAGE
    binary_types: tuple[str, ...] = EVERYTHING
    seconds: float | None = None

    @property
    def rules(self) -> Rules:
        """The rules of its service."""
        return RULES[self.kind]

    @property
    def name(self) -> str:
        """The service in a few words."""
        return self.rules.name

    @property
    def patience(self) -> float | None:
        """How many seconds it waits for an answer; None: as long as the function may take."""
        return self.seconds or self.rules.seconds

    @property
    def prefix(self) -> str:
        """What a named stage puts before the path that an HTTP API hands on."""
        named = self.kind in ("http_api_v2", "http_api_v1") and self.stage != DEFAULT_STAGE
        return f"/{self.stage}" if named else ""

    def is_binary(self, media_type: str) -> bool:
        """Whether a REST API takes a media type for bytes."""
        plain = media_type.partition(";")[0].strip().lower()
        return any(fnmatch(plain, pattern.lower()) for pattern in self.binary_types)


# Each as it is when nobody says otherwise.
DEFAULTS: Mapping[Kind, Gateway] = {
    kind: Gateway(kind, stage=REST_STAGE if kind == "rest_v1" else DEFAULT_STAGE) for kind in RULES
}
