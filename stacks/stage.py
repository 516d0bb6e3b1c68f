"""What a stage file may say: the sections, their types and their limits."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stacks.stage_values import (
    RETENTION_DAYS,
    SMALL_CAPACITY,
    SNAP_START_STORAGE_MB,
    AbsolutePath,
    AccountId,
    Branch,
    CertificateArn,
    ConnectionArn,
    Digest,
    Email,
    FullRepository,
    Handler,
    HostName,
    KeyArn,
    Name,
    Origin,
    PathPattern,
    ProbeName,
    RepositoryArn,
    RepositoryName,
    ResourceType,
    SecretName,
    Shift,
    SubnetId,
    TopicArn,
)


class Section(BaseModel):
    """A frozen section of a stage file that accepts no key it does not know."""

    # Strict: "1024" is no number. TOML knows types, so a wrong one is a slip.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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


class Keys(Section):
    """Customer keys that exist already, by ARN; their own policies must let the services use them.

    `data` encrypts database, secrets, images, logs and the canary's artifacts, `alarms` the
    notifications.
    """

    data: KeyArn | None = None
    alarms: KeyArn | None = None


class Network(Section):
    """The function's network: a new VPC, an existing one (`vpc_id`), or none (`create = false`)."""

    create: bool = True
    cidr: str = Field(pattern=r"^[0-9]{1,3}([.][0-9]{1,3}){3}/(1[6-9]|2[0-2])$")
    availability_zones: tuple[str, ...] = Field(strict=False, min_length=2)
    vpc_id: str | None = Field(default=None, pattern=r"^vpc-[0-9a-f]+$")
    subnet_ids: tuple[SubnetId, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _existing_is_whole(self) -> Self:
        if self.vpc_id and len(self.subnet_ids) != len(self.availability_zones):
            raise ValueError("vpc_id needs one entry of subnet_ids for each availability zone")
        if self.subnet_ids and not self.vpc_id:
            raise ValueError("subnet_ids needs vpc_id")
        return self


class Database(Section):
    """Aurora PostgreSQL Serverless v2, or an existing database by the name of its secret."""

    engine_version: str = Field(pattern=r"^[0-9]{2}\.[0-9]+$")
    secret_name: SecretName | None = None
    security_group_id: str | None = Field(default=None, pattern=r"^sg-[0-9a-f]+$")
    minimum_capacity: float = Field(ge=0, le=256, strict=False)
    maximum_capacity: float = Field(ge=1, le=256, strict=False)
    readers: int = Field(ge=0, le=15)
    backup_days: int = Field(ge=1, le=35)

    @model_validator(mode="after")
    def _capacity_is_a_range(self) -> Self:
        if self.minimum_capacity > self.maximum_capacity:
            raise ValueError("minimum_capacity is above maximum_capacity")
        if self.security_group_id and not self.secret_name:
            raise ValueError("security_group_id belongs to an existing database: give secret_name")
        return self

    @property
    def most_connections(self) -> int:
        """PostgreSQL's max_connections in Aurora Serverless v2: its own default, which stays.

        The line through AWS's table (1 ACU 189, 4 823, 8 1669, 16 3360, from 32 on 5000), and 2000
        at most where the minimum is 0.5 ACU or less: Aurora's user guide, "Maximum connections for
        Aurora Serverless v2".
        """
        limit = min(5000, round(189 + (self.maximum_capacity - 1) * 3171 / 15))
        return min(limit, 2000) if self.minimum_capacity <= SMALL_CAPACITY else limit


class Secrets(Section):
    """Secrets made by the data stack, or existing ones by name."""

    probe_email: Email
    jwt_secret_name: SecretName | None = None
    probe_secret_name: SecretName | None = None


class Logs(Section):
    """Every log group of the stage."""

    retention_days: int

    @model_validator(mode="after")
    def _cloudwatch_knows_it(self) -> Self:
        if self.retention_days not in RETENTION_DAYS:
            known = ", ".join(map(str, RETENTION_DAYS))
            raise ValueError(f"retention_days is none of CloudWatch's: {known}")
        return self


class Chat(Section):
    """A Slack channel; its workspace is authorized once, by hand, in the console."""

    slack_workspace_id: str = Field(pattern=r"^T[A-Z0-9]+$")
    slack_channel_id: str = Field(pattern=r"^[CG][A-Z0-9]+$")


class Notifications(Section):
    """Who is told of an alarm, and where its message says that help is.

    `emails` get pages and tickets. `page_topic_arn` and `ticket_topic_arn` are topics that exist
    already, in which people hear them, encrypted with the key `keys.alarms` or not at all; their
    policies are their owner's to open to CloudWatch and this account's roles.
    """

    emails: tuple[Email, ...] = Field(strict=False)
    chat: Chat | None = None
    page_topic_arn: TopicArn | None = None
    ticket_topic_arn: TopicArn | None = None
    runbook: str = Field(min_length=1)

    @property
    def topic_arns(self) -> dict[str, str | None]:
        """The existing topics, by the severity that is told there."""
        return {"page": self.page_topic_arn, "ticket": self.ticket_topic_arn}


class Alarms(Section):
    """What kinds of alarms there are.

    Without `composites` each alarm tells for itself; without `expressions` there is none on a
    share of something.
    """

    composites: bool
    expressions: bool


class Canary(Section):
    """The Synthetics canary that runs the probes from outside.

    `login_probes` are those without which nobody can log in: their failure wakes somebody.
    With `in_network` it runs where the function does, in a network with a way to the API.
    """

    enabled: bool
    period_minutes: int = Field(ge=1, le=60)
    login_probes: tuple[ProbeName, ...] = Field(strict=False, min_length=1)
    in_network: bool = False
    artifact_days: int = Field(ge=1, le=1024)


class Drift(Section):
    """How changes by hand are seen.

    `detection_hours` apart, CloudFormation compares the stacks with their templates. Calls of
    AWS's API are heard of where the account has a trail: the stage's own, or another.
    """

    detection_hours: int = Field(ge=1, le=168)
    create_trail: bool


class Maintenance(Section):
    """A planned window in which alarms tell nobody: `at(2026-12-01T22:00)`, or a cron of Unix's."""

    name: Name
    schedule: str = Field(pattern=r"^(at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\)|cron\([^()]+\))$")
    minutes: int = Field(ge=1, le=15 * 24 * 60)
    timezone: str = "UTC"
    reason: str = Field(min_length=1, max_length=255)


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
