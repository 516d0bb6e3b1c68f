"""What files say, as values: each names its subject, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from gate.audit.files import File
from gate.report import Place


@dataclass(frozen=True)
class Statement:
    """``name`` is what it is about, ``line`` counts from 1 where it is known."""

    file: File
    line: int | None
    name: str

    @property
    def place(self) -> Place:
        """Where it stands, as it is shown to people."""
        return self.file.at(self.line)


@dataclass(frozen=True)
class Unread(Statement):
    """A file, or a part of it, that nobody understood; ``name`` says why."""


@dataclass(frozen=True)
class Command(Statement):
    """A command that starts the backend; ``name`` is `module:attribute` or `module.function`.

    ``role`` is SERVER or LAMBDA, ``source`` says what kind of line it is (`Dockerfile CMD`).
    ``local`` commands are there for people and tests, the others are shipped.
    """

    role: str
    source: str
    folder: str = ""  # below which the module is looked for first, --app-dir say
    decides: bool = True  # False: a default that a deployment may override


SERVER, LAMBDA = "server", "lambda"


@dataclass(frozen=True)
class Setting(Statement):
    """An environment variable that a stage, a template or a compose file gives to our code."""


@dataclass(frozen=True)
class Reading(Statement):
    """An environment variable that code reads; a pattern (`PROBE_*`) where it is computed.

    ``optional``: the code has a value of its own for when it is not there.
    """

    optional: bool


@dataclass(frozen=True)
class Requirement(Statement):
    """A package that a file asks for.

    ``name`` is normalised; ``wanted`` is the specifier as written, ``pinned`` the exact version
    if it names one. ``ecosystem`` is PYTHON or NODE; ``conditional``: for some platforms alone.
    """

    wanted: str
    pinned: str
    ecosystem: str
    locked: bool = False  # from a lock file
    conditional: bool = False


PYTHON, NODE = "python", "node"


@dataclass(frozen=True)
class Matter:
    """What a judge found: a finding, or a note where something guards it.

    ``subject`` is the name that an allowance can name.
    """

    rule: str
    message: str
    places: tuple[Place, ...]
    fix: str
    detail: str = ""
    guard: str = field(default="")
