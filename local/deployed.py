"""What both ways of deploying on this machine have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gate.assembly import Stack
from local import cloud, database
from local.console import Progress
from local.emulator import Emulator
from stacks.settings import Settings


@dataclass(frozen=True)
class Deployed:
    """A deployed stage; `log_tail` gives the last lines that the functions wrote."""

    emulator: Emulator
    assembly: Path
    stacks: tuple[Stack, ...]
    log_tail: Callable[[], str]


@dataclass(frozen=True)
class Run:
    """One run of the road: its stage, its own folder, and where it shows what it does."""

    settings: Settings
    folder: Path
    progress: Progress


def synthesize(run: Run, assembly: Path, *, digest: str | None) -> tuple[Stack, ...]:
    """Synthesize and say what the templates hold."""
    with run.progress.step("cdk synth: templates and policy validations") as step:
        stacks = cloud.synthesize(assembly, digest=digest)
        step.lines += [f"{stack.name}: {len(stack.resources)} resources" for stack in stacks]
    return stacks


def prepare(run: Run, emulator: Emulator, database_secret: dict[str, object]) -> None:
    """Make the account ready: the CDK's bootstrap, the existing database's secret."""
    with run.progress.step("cdk bootstrap, the database's secret"):
        cloud.bootstrap(emulator, run.folder)
        cloud.put_database_secret(emulator, str(run.settings.database.secret_name), database_secret)


@contextmanager
def database_secret(host: str) -> Iterator[dict[str, object]]:
    """A real PostgreSQL on an address; yields its secret, in the form that RDS writes."""
    with database.server(host=host) as url:
        address = urlsplit(url)
        yield {
            "engine": "postgres",
            "host": address.hostname,
            "port": address.port,
            "username": address.username,
            "password": unquote(address.password or ""),
            "dbname": address.path.lstrip("/"),
            "sslmode": "disable",  # this machine's own address, never a network's
        }
