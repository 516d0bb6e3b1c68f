"""The pipeline, and who verifies what it delivered."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from stacks.stage.section import Section
from stacks.stage_values import AccountId, Branch, ConnectionArn, FullRepository, Name, PathPattern


class Pipeline(Section):
    """The pipeline. It runs in the account and region of the stage whose file has this section.

    It builds `branch` of `repository` (GitHub, owner/name) when something below `paths` and not
    below `ignored_paths` changes, and delivers to `stages`, in this order; before each stage of
    `approval_before` somebody must agree. `connection_arn` names an existing connection to
    GitHub; without it the stack makes one, which waits for its handshake. An image with a
    finding of `scan_threshold` or worse is not deployed.
    """

    repository: FullRepository
    branch: Branch
    connection_arn: ConnectionArn | None = None
    # CodePipeline takes eight patterns of each.
    paths: tuple[PathPattern, ...] = Field(
        default=("**",), strict=False, min_length=1, max_length=8
    )
    ignored_paths: tuple[PathPattern, ...] = Field(default=(), strict=False, max_length=8)
    stages: tuple[Name, ...] = Field(strict=False, min_length=1)
    approval_before: tuple[Name, ...] = Field(default=(), strict=False)
    scan_threshold: Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]
    artifact_days: int = Field(ge=30, le=3650)  # a stage goes back to what it kept of a run

    @model_validator(mode="after")
    def _approvals_are_of_its_stages(self) -> Self:
        if len(set(self.stages)) != len(self.stages):
            raise ValueError("stages names one twice")
        if foreign := sorted(set(self.approval_before) - set(self.stages)):
            raise ValueError(f"approval_before {foreign} are not among stages")
        return self


class Verifier(Section):
    """Who verifies a stage from another account: the role of a pipeline's project there."""

    account: AccountId
    role: str = Field(max_length=64)  # IAM's limit for a name
