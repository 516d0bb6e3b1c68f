"""What is smoked: code as it lies there, or an image; set as its template says, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.report import CannotLook, Finding
from gate.rie import binary, confinement, readable
from gate.rie import image as images
from gate.rie.container import Container
from gate.rie.engine import Engine
from gate.rie.function import Function
from gate.rie.local import Rie
from gate.rie.surroundings import MEMORY_MB
from gate.rie.template import Declared

# These start the runtime client with the command, which is what happens without an image.
ENTRY_POINTS = ("lambda-entrypoint.sh", "awslambdaric")


@dataclass(frozen=True)
class Subject:
    """A function that can be made, once its variables are there.

    `refused` is why Lambda would not even take it; `notes` say what is not as on Lambda.
    """

    make: Callable[[Mapping[str, str]], Function]
    refused: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def local(
    root: Path, *, python: str, handler: str, timeout: float, declared: Declared | None
) -> Subject:
    """Return the code below `root`, run by an interpreter; raises CannotLook."""
    command = (declared.command if declared else ()) or (handler,)
    if len(command) != 1:
        raise CannotLook(f"the command {' '.join(command)} is not one handler; use --image")
    confined = confinement.find(root, python=python, binary=binary.ensure())
    lacking = ", ".join((*confined.lacking, *(_not_local(declared) if declared else ())))

    def make(variables: Mapping[str, str]) -> Function:
        return Rie(
            root=root,
            handler=command[0],
            environment=variables,
            timeout_seconds=declared.timeout if declared else timeout,
            memory_mb=declared.memory_mb if declared else MEMORY_MB,
            python=Path(python),
            confinement=confined,
        )

    code = readable.look(root)
    unenforced = (f"not enforced on this machine: {lacking}",) if lacking else ()
    return Subject(make, code.refused, (*code.notes, *unenforced))


def _not_local(declared: Declared) -> Iterator[str]:
    """Yield what a template says and no process without a container heeds."""
    yield f"{declared.memory_mb} MB of memory"
    if declared.architecture != images.of_machine():
        yield f"the architecture {declared.architecture}"
    if declared.entry_point and not any(
        name in part for part in declared.entry_point for name in ENTRY_POINTS
    ):
        yield f"the entry point {' '.join(declared.entry_point)}"


def of_image(
    engine: Engine,
    reference: str,
    *,
    handler: str,
    timeout: float,
    declared: Declared | None,
    architecture: str,
) -> Subject:
    """Return the image that an engine has, for an architecture; raises CannotLook."""
    image = images.find(engine, reference)
    refused, notes = images.look(engine, image, architecture)
    entry_point = (declared.entry_point if declared else ()) or image.entry_point
    if not entry_point:
        raise CannotLook(f"{reference}: the image has no ENTRYPOINT, which Lambda would start")
    if not refused and architecture != images.of_machine():
        raise CannotLook(f"{reference} is for {architecture}, and so is not run by this machine")
    command = declared.command or image.command if declared else (handler,)

    def make(variables: Mapping[str, str]) -> Function:
        return Container(
            engine=engine,
            image=image,
            entry_point=entry_point,
            command=command,
            environment=variables,
            timeout_seconds=declared.timeout if declared else timeout,
            memory_mb=declared.memory_mb if declared else None,
            storage_mb=declared.storage_mb if declared else STORAGE_MB,
            working_directory=declared.working_directory if declared else "",
        )

    return Subject(make, tuple(refused), tuple(notes))


STORAGE_MB = 512  # Lambda's own, when nobody says more
