"""The published versions of a function, and which migration of the database each expects.

A version carries its environment for ever, so it says there what it needs: MIGRATION_HEAD is
the migration that its code expects, MIGRATIONS_SERVED (blanks between) are those whose code
still works on the database once it is at MIGRATION_HEAD.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate import aws

if TYPE_CHECKING:
    import boto3

HEAD, SERVED = "MIGRATION_HEAD", "MIGRATIONS_SERVED"
LATEST = "$LATEST"
USABLE = frozenset({"", "Active", "Inactive"})  # an inactive one wakes with its first call


@dataclass(frozen=True)
class Version:
    """A version: its image's digest, when it was published, its state, its migration."""

    number: str
    digest: str
    published: str
    state: str = ""
    migration: str = ""
    served: frozenset[str] = frozenset()

    def __str__(self) -> str:
        migration = f"migration {self.migration}" if self.migration else "migration not said"
        return (
            f"version {self.number} (sha256:{self.digest[:12]}, published {self.published}, "
            f"{migration})"
        )


def numbers(session: boto3.Session, function: str) -> tuple[int, ...]:
    """The numbers of a function's published versions, ascending."""
    with aws.asking(f"versions of {function}"):
        listing = session.client("lambda").get_paginator("list_versions_by_function")
        found = [
            row["Version"]
            for page in listing.paginate(FunctionName=function)
            for row in page["Versions"]
        ]
    return tuple(sorted(int(version) for version in found if version != LATEST))


def version(session: boto3.Session, function: str, number: str) -> Version:
    """One version of a function."""
    with aws.asking(f"function {function}:{number}"):
        actual = session.client("lambda").get_function_configuration(
            FunctionName=function, Qualifier=number
        )
    variables = actual.get("Environment", {}).get("Variables", {})
    return Version(
        number=actual["Version"],
        digest=actual.get("CodeSha256", ""),
        published=actual.get("LastModified", "")[:16].replace("T", " "),
        state=actual.get("State", ""),
        migration=variables.get(HEAD, ""),
        served=frozenset(variables.get(SERVED, "").split()),
    )
