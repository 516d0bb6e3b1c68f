"""What the backend keeps, and where that lies."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from stacks.stage.section import Section
from stacks.stage_values import SMALL_CAPACITY, Email, KeyArn, SecretName, SubnetId


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
