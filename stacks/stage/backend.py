"""The backend: its function, its migrations, its releases and its image."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from stacks.stage.section import Section
from stacks.stage_values import (
    SNAP_START_STORAGE_MB,
    AbsolutePath,
    AccountId,
    Digest,
    Handler,
    RepositoryArn,
    RepositoryName,
    Shift,
)


class Function(Section):
    """The backend's Lambda function; everything here stands in the template."""

    command: Handler
    entry_point: AbsolutePath
    working_directory: AbsolutePath
    architecture: Literal["x86_64", "arm64"]
    memory_mb: int = Field(ge=128, le=10240)
    timeout_seconds: int = Field(ge=1, le=29)  # the HTTP API gives up at 30
    ephemeral_storage_mb: int = Field(ge=512, le=10240)
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"]
    reserved_concurrency: int | None = Field(default=None, ge=1)
    provisioned_concurrency: int | None = Field(default=None, ge=1)
    snap_start: bool  # restore a snapshot of the initialised process instead of starting one

    @model_validator(mode="after")
    def _snap_start_is_alone(self) -> Self:
        if self.snap_start and self.provisioned_concurrency:
            raise ValueError("snap_start excludes provisioned_concurrency: remove one of them")
        if self.snap_start and self.ephemeral_storage_mb > SNAP_START_STORAGE_MB:
            raise ValueError(
                f"snap_start needs ephemeral_storage_mb of {SNAP_START_STORAGE_MB} at most"
            )
        reserved, provisioned = self.reserved_concurrency, self.provisioned_concurrency
        if reserved and provisioned and provisioned > reserved:
            raise ValueError("provisioned_concurrency is above reserved_concurrency")
        return self


class Migrations(Section):
    """The function that migrates the database: the same image, another command."""

    command: Handler
    timeout_seconds: int = Field(ge=1, le=900)
    reserved_concurrency: int | None = Field(default=None, ge=1)


class Release(Section):
    """How a new version gets its traffic.

    `shift` is one of CodeDeploy's own. The alarms that undo a release look at a minute only
    when it had at least `minimum_invocations` of the new version. Where `enabled` is false the
    alias simply moves, and the migrations are run by hand.
    """

    enabled: bool
    shift: Shift
    minimum_invocations: int = Field(ge=1)


class Image(Section):
    """Where the container image comes from.

    With a digest it is the repository's image; without one the Dockerfile is built on `base`,
    which `…@sha256:…` pins. The data stack makes the repository, unless one is named: by
    `repository_name` in the stage's own account, by `repository_arn` in any. Accounts under
    `shared_with` may pull from the one it makes.
    """

    base: str = Field(pattern=r"^[^\s@]+(@sha256:[0-9a-f]{64})?$")
    repository_arn: RepositoryArn | None = None
    repository_name: RepositoryName | None = None
    shared_with: tuple[AccountId, ...] = Field(default=(), strict=False)
    digest: Digest | None = None

    @property
    def exists(self) -> bool:
        """Whether the repository is somebody else's."""
        return bool(self.repository_arn or self.repository_name)

    @model_validator(mode="after")
    def _one_repository(self) -> Self:
        if self.repository_arn and self.repository_name:
            raise ValueError("repository_arn and repository_name: remove one of them")
        if self.exists and self.shared_with:
            raise ValueError("shared_with belongs to the repository that the data stack makes")
        return self

    def build_args(self, function: Function) -> dict[str, str]:
        """The Dockerfile's arguments: what it builds on, and the handler that it smoke-tests."""
        return {"BASE_IMAGE": self.base, "HANDLER": function.command}
