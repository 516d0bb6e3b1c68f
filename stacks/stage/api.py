"""The API in front of the backend."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from stacks.stage.section import Section
from stacks.stage_values import CertificateArn, HostName, Origin


class Domain(Section):
    """The API's own name: with it AWS's default name answers no longer.

    The certificate exists already, or is made and validated by records in the hosted zone. With
    a hosted zone the name is led to the API too; without one somebody else's DNS does that.
    """

    name: HostName
    certificate_arn: CertificateArn | None = None
    hosted_zone_id: str | None = Field(default=None, pattern=r"^Z[A-Z0-9]+$")
    hosted_zone_name: HostName | None = None

    @model_validator(mode="after")
    def _can_be_proved(self) -> Self:
        if not (self.certificate_arn or self.hosted_zone_id):
            raise ValueError("a domain needs certificate_arn, or hosted_zone_id to make one")
        if (self.hosted_zone_id is None) != (self.hosted_zone_name is None):
            raise ValueError("hosted_zone_id and hosted_zone_name belong together: give both")
        zone = self.hosted_zone_name
        if zone and self.name != zone and not self.name.endswith(f".{zone}"):
            raise ValueError(f"name {self.name} is not in the hosted zone {zone}")
        return self


class Api(Section):
    """The HTTP API in front of the function."""

    # One at least: without any, the browser's application stops, and nothing else does.
    cors_origins: tuple[Origin, ...] = Field(strict=False, min_length=1)
    requests_per_second: int = Field(ge=1)
    burst: int = Field(ge=1)
    domain: Domain | None = None
