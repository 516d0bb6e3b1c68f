"""What a stage is without, and which findings stand in it."""

from __future__ import annotations

from pydantic import Field

from stacks.stage.section import Section
from stacks.stage_values import ResourceType


class LeftOut(Section):
    """What other stages have and this one has not: the types of the resources, and why."""

    what: str = Field(min_length=1)
    resources: tuple[ResourceType, ...] = Field(strict=False, min_length=1)
    reason: str = Field(min_length=1)

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.what} ({', '.join(self.resources)}): {self.reason}"


class Acknowledged(Section):
    """A finding of cdk-nag that stands in this stage, beside those that stand in all of them."""

    path: str = Field(pattern=r"^(data|service|monitoring|pipeline)/\S+$")
    rule: str = Field(pattern=r"^(AwsSolutions|HIPAA\.Security)-\S+$")
    reason: str = Field(min_length=1)
