"""A stage file becomes a frozen, validated value; nobody else reads files or context.

`stages/_shared.toml` holds what all stages share, `stages/<stage>.toml` what differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from stacks import migrations as schemas
from stacks import stage as sections
from stacks.stage_files import ROOT, SettingsError, merge, read, reasons, shown
from stacks.stage_probes import PROBES, probe_names, slowest_probe_ms
from stacks.stage_values import Name, ProbeName, Reason

__all__ = [
    "ROOT",
    "Settings",
    "SettingsError",
    "deliveries",
    "load",
    "stages",
]

STAGES = ROOT / "stages"
SHARED = "_shared"
OWN_STACKS = ("data", "service", "monitoring")  # which every stage has
VERSIONS = 2  # while a release shifts; each environment holds one connection, frozen ones too
KEPT_CONNECTIONS = 20  # migrations, people, and what PostgreSQL reserves for its superuser
# Of the file's name, of probes.toml, of the migrations, of one command, of other stages' pipelines.
FROM_ELSEWHERE = {"stage", "probes", "slowest_probe_ms", "expects", "ignore_alarms", "verified_by"}


class Settings(sections.Section):
    """Everything a stage decides."""

    stage: Name
    project: Name
    account: str | None = Field(default=None, pattern=r"^[0-9]{12}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
    termination_protection: bool
    function: sections.Function
    migrations: sections.Migrations
    release: sections.Release
    image: sections.Image
    keys: sections.Keys = sections.Keys()
    api: sections.Api
    network: sections.Network
    database: sections.Database
    secrets: sections.Secrets
    logs: sections.Logs
    notifications: sections.Notifications
    alarms: sections.Alarms
    canary: sections.Canary
    drift: sections.Drift
    pipeline: sections.Pipeline | None = None
    maintenance: tuple[sections.Maintenance, ...] = Field(default=(), strict=False)
    ignore_alarms: Reason | None = None  # of one deployment alone
    probes: tuple[ProbeName, ...] = Field(min_length=1)
    slowest_probe_ms: float = 0  # the most that probes.toml gives an answer
    verified_by: tuple[sections.Verifier, ...] = Field(default=(), strict=False)
    expects: schemas.Schema | None = None  # None: the backend has no migrations
    left_out: tuple[sections.LeftOut, ...] = Field(default=(), strict=False)
    acknowledged: tuple[sections.Acknowledged, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        self._is_in_one_region()
        self._database_is_reached()
        self._connections_suffice()
        self._probes_can_be_asked()
        return self

    def _is_in_one_region(self) -> None:
        foreign = [z for z in self.network.availability_zones if not z.startswith(self.region)]
        if foreign:
            raise ValueError(
                f"network.availability_zones {foreign} are not in region {self.region}"
            )
        domain = self.api.domain
        for what, arn in {
            "api.domain.certificate_arn": domain and domain.certificate_arn,
            "keys.data": self.keys.data,
            "keys.alarms": self.keys.alarms,
            "notifications.page_topic_arn": self.notifications.page_topic_arn,
            "notifications.ticket_topic_arn": self.notifications.ticket_topic_arn,
        }.items():
            if arn and f":{self.region}:" not in arn:
                raise ValueError(f"{what} {arn} is not in region {self.region}")

    def _database_is_reached(self) -> None:
        if not self.has_network and not self.database.secret_name:
            raise ValueError("a new database needs a network: set network.create or network.vpc_id")
        if self.has_network and self.database.secret_name and not self.database.security_group_id:
            raise ValueError("an existing database in a network needs database.security_group_id")

    def _connections_suffice(self) -> None:
        """No proxy pools connections: docs/decisions/0007-no-rds-proxy.md."""
        reserved = self.function.reserved_concurrency
        if self.database.secret_name or reserved is None:
            return
        wanted = VERSIONS * reserved + KEPT_CONNECTIONS
        if wanted > (most := self.database.most_connections):
            raise ValueError(
                f"function.reserved_concurrency {reserved} may need {wanted} connections, and "
                f"database.maximum_capacity {self.database.maximum_capacity:g} has {most}: "
                "reserve less, or allow more capacity"
            )

    def _probes_can_be_asked(self) -> None:
        if self.canary.in_network and not self.network.vpc_id:
            raise ValueError(
                "canary.in_network needs an existing network (network.vpc_id): the one that the "
                "stage makes has no way to the API"
            )
        if self.function.timeout_seconds * 1000 < self.slowest_probe_ms:
            raise ValueError(
                f"function.timeout_seconds ends calls that probes.toml gives "
                f"{self.slowest_probe_ms:.0f} ms"
            )
        unknown = sorted(set(self.canary.login_probes) - set(self.probes))
        if unknown:
            raise ValueError(f"canary.login_probes {unknown} are not in probes.toml")

    @property
    def has_network(self) -> bool:
        """Whether the function runs in a VPC."""
        return self.network.create or self.network.vpc_id is not None

    @property
    def prefix(self) -> str:
        """What the names of this stage's things begin with: `credmate-prod`."""
        return f"{self.project}-{self.stage}"

    @property
    def stacks(self) -> tuple[str, ...]:
        """What the stage's stacks are called, in the order in which they are deployed."""
        return (*OWN_STACKS, "pipeline") if self.pipeline else OWN_STACKS

    @property
    def repository(self) -> str:
        """The name of the image repository, whoever made it."""
        if arn := self.image.repository_arn:
            return arn.partition("repository/")[2]
        return self.image.repository_name or self.name("backend")

    def is_elsewhere(self, other: Settings) -> bool:
        """Whether the stage is in another account than `other`."""
        return self.account not in (None, other.account)

    def verifier(self, stage: str) -> str:
        """The role by which this stage's pipeline verifies one in another account."""
        return _verifier(self.prefix, stage)

    def name(self, what: str) -> str:
        """The name of something of this stage: `credmate-prod-backend`."""
        return f"{self.prefix}-{what}"


def stages(folder: Path = STAGES) -> tuple[str, ...]:
    """The stages that have a file, in the alphabet's order."""
    return tuple(sorted(p.stem for p in folder.glob("*.toml") if not p.stem.startswith("_")))


def load(
    stage: str,
    folder: Path = STAGES,
    *,
    image_digest: str | None = None,
    ignore_alarms: str | None = None,
    probes: Path = PROBES,
    migrations: Path = schemas.MIGRATIONS,
) -> Settings:
    """Read a stage.

    Args:
        stage: its name, which is its file's name without `.toml`.
        folder: where the stage files lie.
        image_digest: `sha256:…` of the image to deploy; None builds the Dockerfile.
        ignore_alarms: why this one deployment goes on while an alarm is red; None heeds them.
        probes: the file whose probes get an alarm each.
        migrations: the folder of Alembic's migrations that go with the code.

    Raises:
        SettingsError: the stage, a file, a key or a value is not as it must be.
    """
    if stage not in stages(folder):
        known = ", ".join(stages(folder)) or "none"
        raise SettingsError(
            f"{shown(folder)}: no stage {stage!r}; known stages: {known}; "
            f"for a new one write {stage}.toml"
        )
    shared, own = folder / f"{SHARED}.toml", folder / f"{stage}.toml"
    said = {shown(path): _said(path) for path in (shared, own)}
    if image_digest is not None:
        said["-c image_digest"] = {"image": {"digest": image_digest}}
    if ignore_alarms is not None:
        said["-c ignore_alarms"] = {"ignore_alarms": ignore_alarms}
    said[shown(probes)] = {
        "stage": stage,
        "probes": probe_names(probes),
        "slowest_probe_ms": slowest_probe_ms(probes),
    }
    said[shown(migrations)] = {"expects": schemas.read(migrations)}
    said["[pipeline] of other stages"] = {"verified_by": verifiers(stage, folder)}
    values: dict[str, Any] = {}
    for table in said.values():
        values = merge(values, table)
    try:
        return Settings.model_validate(values)
    except ValidationError as exc:
        raise SettingsError(reasons(exc, said, own=shown(own))) from exc


def verifiers(stage: str, folder: Path) -> tuple[dict[str, str], ...]:
    """Whose pipelines deliver to a stage from another account: that, and their roles' names.

    Reads the other stages' files without judging them.

    Raises:
        SettingsError: one of them is no TOML file.
    """
    shared = read(folder / f"{SHARED}.toml")
    tables = {name: merge(shared, read(folder / f"{name}.toml")) for name in stages(folder)}
    own = tables.pop(stage).get("account")
    return tuple(
        {"account": table["account"], "role": _verifier(f"{table.get('project')}-{name}", stage)}
        for name, table in tables.items()
        if own and table.get("account", own) != own and stage in _delivers_to(table)
    )


def _verifier(prefix: str, stage: str) -> str:
    return f"{prefix}-verify-{stage}"


def _delivers_to(table: Mapping[str, Any]) -> Sequence[str]:
    pipeline = table.get("pipeline")
    found = pipeline.get("stages") if isinstance(pipeline, dict) else None
    return found if isinstance(found, list) else ()


def _said(path: Path) -> dict[str, Any]:
    """What a stage file says; raises SettingsError."""
    table = read(path)
    for key in FROM_ELSEWHERE & table.keys():
        raise SettingsError(f"{shown(path)}: {key}: comes from elsewhere; remove it")
    return table


def deliveries(settings: Settings, folder: Path = STAGES) -> tuple[Settings, ...]:
    """The stages that a pipeline delivers to, in its order.

    Raises:
        SettingsError: one cannot be used, takes its images from another repository than the one
            that the pipeline publishes to, or is in an account while nobody says in which the
            pipeline is.
    """
    if settings.pipeline is None:
        return ()
    found = tuple(load(name, folder) for name in settings.pipeline.stages)
    for stage in found:
        if stage.account and not settings.account:
            raise SettingsError(
                f"{shown(folder / f'{settings.stage}.toml')}: account: missing, and {stage.stage} "
                f"says {stage.account}; say in which account the pipeline is"
            )
        if stage.repository != settings.repository:
            raise SettingsError(
                f"{shown(folder / f'{stage.stage}.toml')}: image: takes its images from "
                f"{stage.repository}, and the pipeline of {settings.stage} publishes to "
                f"{settings.repository}; say repository_name or repository_arn"
            )
    return found
