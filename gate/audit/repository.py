"""A repository as a whole: its files, and everything that they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from gate.allowances import Allowances
from gate.audit import readers
from gate.audit.files import CODE, File
from gate.audit.python.applications import Applications
from gate.audit.python.environment import Environment
from gate.audit.python.modules import Modules
from gate.audit.python.reach import reached
from gate.audit.python.routes import Routes
from gate.audit.readers import cdk
from gate.audit.statements import Command, Statement, Unread
from gate.config import Config

INFRASTRUCTURE = ("aws_cdk", "pulumi", "cdktf", "troposphere", "uvicorn")
# Files in which a project begins.
MARKS = frozenset(
    {
        "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "package.json",
        "Dockerfile", "serverless.yml", "template.yaml", "samconfig.toml", "Procfile",
    }
)  # fmt: skip

S = TypeVar("S", bound=Statement)


@dataclass
class Repository:
    """What the judges look at."""

    files: Sequence[File]
    config: Config
    allowances: Allowances

    @cached_property
    def modules(self) -> Modules:
        """The Python modules."""
        return Modules(self.files)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What every file says, tests and examples included."""
        said = [statement for file in self.files for statement in readers.read(file)]
        for module in self.modules.holding(INFRASTRUCTURE):
            said += cdk.read_python(module)
        return tuple(sorted(said, key=lambda one: (one.file.name, one.line or 0)))

    @cached_property
    def applications(self) -> Applications:
        """Where applications are built."""
        return Applications(self.modules)

    @cached_property
    def environment(self) -> Environment:
        """Which variables code reads."""
        return Environment(self.modules)

    @cached_property
    def routes(self) -> Routes:
        """Which routes the backend declares."""
        mounted = self.applications.mounted
        built = [one for one in self.applications.built if one.file in self.backend]
        return Routes(
            self.modules, self.backend, [one for one in built if one.variable not in mounted]
        )

    @cached_property
    def backend(self) -> frozenset[File]:
        """The files that an entry point imports, or all code where there is none."""
        entries = [one.file for one in self.applications.built if one.file.part == CODE]
        names = [self.config.reference, self.config.candidate, self.config.entry]
        configured = [name.partition(":")[0] for name in names] if self.config.file else []
        started = [self.module_of(one) for one in self.of(Command, "")]
        found = [self.modules.find(name) for name in configured]
        return reached(self.modules, [*entries, *filter(None, [*started, *found])])

    @property
    def unread(self) -> list[Unread]:
        """What could not be read."""
        said = [one for one in self.statements if isinstance(one, Unread)]
        return [*said, *self.modules.unread]

    def of(self, kind: type[S], rule: str) -> list[S]:
        """The statements of one kind in the code proper, less what is allowed for a rule."""
        said = [one for one in self.statements if isinstance(one, kind)]
        return self.allowed([one for one in said if one.file.part == CODE], rule)

    def allowed(self, statements: Iterable[S], rule: str) -> list[S]:
        """Leave out what `audit-allow` says is meant."""
        allow = self.allowances.allow
        return [one for one in statements if not allow(rule, path=one.file.name, name=one.name)]

    def module_of(self, command: Command) -> File | None:
        """The file of the module that a command names."""
        return self.modules.find(module_name(command), folder=self.folder_of(command))

    def folder_of(self, command: Command) -> str:
        """The folder from which a command's module is looked for."""
        parts: list[str] = [*command.file.parts[:-1]]
        for part in command.folder.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in {"", "."}:
                parts.append(part)
        return "/".join(parts)

    @cached_property
    def _projects(self) -> frozenset[str]:
        return frozenset(file.folder for file in self.files if file.base in MARKS)

    def project(self, file: File) -> str:
        """The nearest folder above a file in which a project begins."""
        folder = file.folder
        while folder and folder not in self._projects:
            folder = folder.rpartition("/")[0]
        return folder

    def one_project(self, first: File, second: File) -> bool:
        """Whether two files are of one project, or of two of which one holds the other."""
        one, other = (f"{self.project(file)}/".lstrip("/") for file in (first, second))
        return one.startswith(other) or other.startswith(one)


def module_name(command: Command) -> str:
    """The module of a command's target."""
    if ":" in command.name:
        return command.name.partition(":")[0]
    return command.name.rpartition(".")[0].replace("/", ".")


def attribute(command: Command) -> str:
    """The name that a command looks for in its module: the first part, without a call."""
    name = command.name.partition(":")[2] or command.name.rpartition(".")[2]
    return name.partition("(")[0].partition(".")[0]
