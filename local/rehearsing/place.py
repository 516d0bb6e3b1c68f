"""The place where a version will run, on this machine: secrets in the emulator, PostgreSQL behind.

What a template gives a function is what it gets here: variables, and the secrets that its role may
read; the emulator asks for no permission, so one that may not be read is not there. An incident's
[world] changes it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import psycopg

from gate.assembly import Resource, Stack
from gate.rehearsals import World
from local import database
from local.deployed import database_secret
from local.emulator import Emulator, emulator
from local.errors import CannotRun

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

POLICY = "AWS::IAM::Policy"
READ = "secretsmanager:GetSecretValue"
# A variable of a function → the secret whose ARN it holds.
SECRETS = {"DATABASE_SECRET_ARN": "database", "JWT_SECRET_ARN": "jwt", "PROBE_SECRET_ARN": "probe"}
# What only AWS knows and the database's secret says here.
PLACES = {"DATABASE_HOST": "127.0.0.1"}
NOWHERE = "arn:aws:secretsmanager:us-east-1:000000000000:secret:nothing-AAAAAA"
EMAIL = "probe@credmate.example"
CLOSED_PORT = 9  # nobody listens on it


@dataclass(frozen=True)
class Place:
    """A running emulator, and the ARNs of the secrets that are there."""

    emulator: Emulator
    arns: Mapping[str, str] = field(repr=False)

    def variables(
        self, function: Resource, stack: Stack, known: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, str]:
        """The variables of a function of a template; ``known`` are those that AWS resolves.

        Raises:
            CannotRun: one of them is known to AWS alone, and no secret.
        """
        declared = function.properties.get("Environment", {}).get("Variables", {})
        given = {
            name: known[name] if name in known else self._value(name, value, function, stack)
            for name, value in declared.items()
        }
        return given | self.emulator.environment()

    def secrets(self) -> SecretsManagerClient:
        """A client of the emulator's Secrets Manager."""
        session = self.emulator.session()
        return session.client("secretsmanager", endpoint_url=self.emulator.url)

    def _value(self, name: str, value: object, function: Resource, stack: Stack) -> str:
        if isinstance(value, str):
            return value
        if name in PLACES:
            return PLACES[name]
        if name not in SECRETS:
            raise CannotRun(
                f"only AWS knows {name} of {function.logical_id}", "see local/rehearsing/place.py"
            )
        readable = any(value in one for one in _readable(function, stack))
        return self.arns.get(SECRETS[name], NOWHERE) if readable else NOWHERE


def _readable(function: Resource, stack: Stack) -> Iterator[list[object]]:
    """The resources of every statement that lets the function's role read secrets."""
    role = function.properties["Role"]["Fn::GetAtt"][0]
    for policy in stack.of_type(POLICY):
        if {"Ref": role} not in policy.properties["Roles"]:
            continue
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            if READ in (actions if isinstance(actions, list) else [actions]):
                yield resources if isinstance(resources, list) else [resources]


@contextmanager
def place(folder: Path, change: World, *, region: str, host: str = "127.0.0.1") -> Iterator[Place]:
    """Run it for the body.

    Args:
        folder: takes the emulator's files.
        change: what of it is otherwise than it should be.
        region: the region it stands for.
        host: this machine's address, as the functions see it.

    Raises:
        CannotRun: PostgreSQL, the migrations or the emulator do not start.
    """
    password = secrets.token_urlsafe(24)
    with (
        database_secret(host) as account,
        emulator(region=region, folder=folder, proxies={}, host=host) as here,
    ):
        _prepare(account, password, change)
        values: dict[str, Mapping[str, object]] = {
            "database": account if change.database else account | {"port": CLOSED_PORT},
            "jwt": {"signing_key": secrets.token_urlsafe(48)},
            "probe": {"email": EMAIL, "password": change.probe_password or password},
        }
        there = {
            name: value for name, value in values.items() if name not in change.missing_secrets
        }
        client = Place(here, {}).secrets()
        arns = {
            name: client.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
            for name, value in there.items()
        }
        yield Place(here, arns)


def _prepare(account: Mapping[str, object], password: str, change: World) -> None:
    """Migrate, put the probe user in, and then whatever a hand does beside the migrations."""
    where = f"{account['host']}:{account['port']}/{account['dbname']}"
    url = f"postgresql://{account['username']}:{account['password']}@{where}"
    database.migrate({"DATABASE_URL": url, "PROBE_EMAIL": EMAIL, "PROBE_PASSWORD": password})
    if change.sql:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in change.sql:
                connection.execute(statement.encode())
