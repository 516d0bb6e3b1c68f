"""A stage file becomes a frozen, validated value; nobody else reads files or context.

`stages/_shared.toml` holds what all stages share, `stages/<stage>.toml` what differs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from stacks import stage as sections

ROOT = Path(__file__).resolve().parent.parent
STAGES = ROOT / "stages"
PROBES = ROOT / "probes.toml"
SHARED = "_shared"


class SettingsError(Exception):
    """A stage cannot be used: one line that says which file, what, and what to do."""


class Settings(sections.Section):
    """Everything a stage decides."""

    stage: sections.Name
    project: sections.Name
    account: str | None = Field(default=None, pattern=r"^[0-9]{12}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
    termination_protection: bool
    function: sections.Function
    migrations: sections.Migrations
    image: sections.Image
    api: sections.Api
    network: sections.Network
    database: sections.Database
    secrets: sections.Secrets
    logs: sections.Logs
    notifications: sections.Notifications
    canary: sections.Canary
    probes: tuple[sections.Name, ...] = Field(min_length=1)
    left_out: tuple[sections.LeftOut, ...] = Field(default=(), strict=False)
    acknowledged: tuple[sections.Acknowledged, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        foreign = [z for z in self.network.availability_zones if not z.startswith(self.region)]
        if foreign:
            raise ValueError(
                f"network.availability_zones {foreign} are not in region {self.region}"
            )
        if not self.has_network and not self.database.secret_name:
            raise ValueError("a new database needs a network: set network.create or network.vpc_id")
        if self.has_network and self.database.secret_name and not self.database.security_group_id:
            raise ValueError("an existing database in a network needs database.security_group_id")
        return self

    @property
    def has_network(self) -> bool:
        """Whether the function runs in a VPC."""
        return self.network.create or self.network.vpc_id is not None

    def name(self, what: str) -> str:
        """The name of something of this stage: `credmate-prod-backend`."""
        return f"{self.project}-{self.stage}-{what}"


def stages(folder: Path = STAGES) -> tuple[str, ...]:
    """The stages that have a file, in the alphabet's order."""
    return tuple(sorted(p.stem for p in folder.glob("*.toml") if not p.stem.startswith("_")))


def load(
    stage: str,
    folder: Path = STAGES,
    *,
    image_digest: str | None = None,
    probes: Path = PROBES,
) -> Settings:
    """Read a stage.

    Args:
        stage: its name, which is its file's name without `.toml`.
        folder: where the stage files lie.
        image_digest: `sha256:…` of the image to deploy; None builds the Dockerfile.
        probes: the file whose probes get an alarm each.

    Raises:
        SettingsError: the stage, a file, a key or a value is not as it must be.
    """
    if stage not in stages(folder):
        raise SettingsError(
            f"stage {stage!r} has no file in {folder.name}/; known stages: "
            f"{', '.join(stages(folder)) or 'none'}"
        )
    path = folder / f"{stage}.toml"
    values = _merge(_read(folder / f"{SHARED}.toml"), _read(path))
    if image_digest is not None:
        values = _merge(values, {"image": {"digest": image_digest}})
    values |= {"stage": stage, "probes": probe_names(probes)}
    try:
        return Settings.model_validate(values)
    except ValidationError as exc:
        raise SettingsError(f"{folder.name}/{path.name}: {_reasons(exc)}") from exc


def probe_names(path: Path = PROBES) -> tuple[str, ...]:
    """The names of the probes in a file, without judging the rest of it.

    Raises:
        SettingsError: the file holds no list of named probes.
    """
    try:
        return tuple(probe["name"] for probe in _read(path)["probe"])
    except (KeyError, TypeError) as exc:
        raise SettingsError(f"{path.name}: no [[probe]] with a name; add one") from exc


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path.name}: cannot be read ({exc}); restore the file") from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"{path.name}: not a TOML file: {exc}") from exc


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = (
            _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return merged


def _reasons(error: ValidationError) -> str:
    """All that is wrong, in one line: `function.memory_mb: …; api.burts: …`."""
    return "; ".join(_reason(dict(detail)) for detail in error.errors(include_url=False))


def _reason(detail: Mapping[str, Any]) -> str:
    key = ".".join(map(str, detail["loc"])) or "this stage"
    if detail["type"] == "extra_forbidden":
        return f"{key}: no such key; correct its name or remove it"
    if detail["type"] == "missing":
        return f"{key}: missing; add it here or in {SHARED}.toml"
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{key}: {message}"
    return f"{key} = {detail['input']!r}: {message[0].lower()}{message[1:]}; correct the value"
